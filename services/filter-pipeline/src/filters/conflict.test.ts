import { expect, test } from 'vitest';
import { acceptMove } from '../context.ts';
import { ask, givenCandidate } from '../testing/given.ts';
import { conflict } from './conflict.ts';

const approval = {
  migration_id: 'run-0.qemu-101',
  decision_id: 'run-0.qemu-101',
  run_id: 'run-0',
  guest: 'qemu/101',
  source_node: 'pve1',
  target_node: 'pve3',
  approved_at: '2026-07-15T11:58:00.000Z',
  expires_at: '2026-07-15T12:03:00.000Z',
  relief: { cpu: 0.1, mem: 0 },
  load: { cpu: 0.1, mem: 0 },
};
const inFlight = (different: object) => ({ facts: { approvals: { entries: { x: { ...approval, ...different } } } } });

test.each([
  { name: 'alone', given: {}, says: 'passed' },
  {
    name: 'flagged by the run',
    given: { recommendation: { has_conflict: true, conflict_reason: 'qemu/102 fills pve2 first' } },
    says: 'filtered: conflict: qemu/102 fills pve2 first',
  },
  {
    name: 'already in flight',
    given: inFlight({}),
    says: 'filtered: conflict: already in flight pve1->pve3 since 2026-07-15T11:58:00.000Z',
  },
  {
    name: 'in flight, but expired unused',
    given: inFlight({ expires_at: '2026-07-15T11:59:00.000Z' }),
    says: 'passed',
  },
  {
    name: 'started before it would have expired',
    given: inFlight({ expires_at: '2026-07-15T11:59:00.000Z', started_at: '2026-07-15T11:58:30.000Z' }),
    says: 'filtered: conflict: already in flight pve1->pve3 since 2026-07-15T11:58:00.000Z',
  },
  {
    name: 'somebody else migrates it now',
    given: { run: { sample: { running_migrations: [{ guest: 'qemu/101', source: 'pve1' }] } } },
    says: 'filtered: conflict: already migrating from pve1',
  },
  {
    name: '[2.4] one move alone may overload a target',
    given: { recommendation: { effect: { target_before: { cpu: 0.8 }, target_after: { cpu: 0.9 } } } },
    says: 'filtered: conflict: pve2 would be at 90% CPU, at most 85%',
  },
  {
    name: '[P08] load of another guest in flight to the target counts',
    given: inFlight({ guest: 'qemu/200', source_node: 'pve3', target_node: 'pve2', load: { cpu: 0.45, mem: 0 } }),
    says: 'filtered: conflict: pve2 would be at 87.5% CPU, at most 85%',
  },
])('$name', ({ given, says }) => {
  expect(ask(conflict, given)).toBe(says);
});

test('a guest that this run has moved already does not move twice', () => {
  const [candidate, context] = givenCandidate({});
  expect(conflict(candidate, acceptMove(context, candidate.recommendation))).toMatchObject({
    reason: 'conflict: this run already moves it to pve2',
  });
});

import type { Approval } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { freeSlots, limitOf, waitsFor } from './slots.ts';
import { givenConfig, noon } from './testing/given.ts';

const at = (seconds: number) => new Date(noon + seconds * 1000).toISOString();
const approval = (n: number, different: Partial<Approval> = {}): Approval => ({
  migration_id: `m-${n}`,
  decision_id: `m-${n}`,
  run_id: 'run-0',
  guest: `qemu/${n}`,
  source_node: 'pve1',
  target_node: 'pve2',
  approved_at: at(-60),
  expires_at: at(240),
  relief: { cpu: 0, mem: 0 },
  load: { cpu: 0, mem: 0 },
  ...different,
});
const ended = (seconds: number, how: 'completed' | 'refused') => ({ ended: { at: at(seconds), how } });
const config = givenConfig({ automated_migrations: { rules: { max_concurrent_migrations: 3 } } });

test.each([
  { name: 'nothing runs', known: [], running: [], free: 3, reason: 'waits for a slot: 0 of 3 taken' },
  {
    name: 'an approval takes one',
    known: [approval(1)],
    running: [],
    free: 2,
    reason: 'waits for a slot: 1 of 3 taken',
  },
  {
    name: 'one of others takes one',
    known: [],
    running: ['qemu/9'],
    free: 2,
    reason: 'waits for a slot: 1 of 3 taken',
  },
  {
    name: 'our own is not counted twice',
    known: [approval(1, { started_at: at(-30) })],
    running: ['qemu/1'],
    free: 2,
    reason: 'waits for a slot: 1 of 3 taken',
  },
  {
    name: 'our own that ended since the sample is not counted',
    known: [approval(1, ended(-40, 'completed'))],
    running: ['qemu/1'],
    free: 3,
    reason: 'waits for a slot: 0 of 3 taken',
  },
  {
    name: 'one of others counts though ours of that guest was refused',
    known: [approval(1, ended(-5, 'refused'))],
    running: ['qemu/1'],
    free: 2,
    reason: 'waits for a slot: 1 of 3 taken',
  },
  {
    name: 'one of others counts though ours of that guest was over long ago',
    known: [approval(1, ended(-7200, 'completed'))],
    running: ['qemu/1'],
    free: 2,
    reason: 'waits for a slot: 1 of 3 taken',
  },
  {
    name: 'never below none',
    known: [approval(1), approval(2)],
    running: ['qemu/8', 'qemu/9'],
    free: 0,
    reason: 'waits for a slot: 4 of 3 taken',
  },
  {
    name: 'within the grace period',
    known: [approval(1, ended(-10, 'completed'))],
    running: [],
    free: 0,
    reason: 'waits 20 s of the 30 s after the last migration',
  },
  {
    name: 'a refusal asks for no grace',
    known: [approval(1, ended(-10, 'refused'))],
    running: [],
    free: 3,
    reason: 'waits for a slot: 0 of 3 taken',
  },
])('$name', ({ known, running, free, reason }) => {
  const approvals = { entries: Object.fromEntries(known.map((a) => [a.migration_id, a])) };
  const slots = freeSlots(
    approvals,
    running.map((guest) => ({ guest, source: 'pve1' })),
    { now: noon, config },
  );
  expect({ free: slots.free, reason: waitsFor(slots, 0) }).toEqual({ free, reason });
  const resting = reason.includes('after the last migration');
  expect(limitOf(slots)).toBe(resting ? 'grace_period_seconds' : 'max_concurrent_migrations');
});

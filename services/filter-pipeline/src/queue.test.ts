import { expect, test } from 'vitest';
import { type Approvals, addApproved, rememberApproval } from './approvals.ts';
import { type CurrentRun, decideRun } from './pipeline.ts';
import { lookAgain } from './queue.ts';
import {
  givenConfig,
  givenFacts,
  givenOccasion,
  givenRecommendation,
  givenRun,
  lightEffect,
  noon,
  vary,
} from './testing/given.ts';

const light = { effect: lightEffect };
const generated = givenRun(
  Array.from({ length: 5 }, (_, i) => givenRecommendation(vary(light, { guest: `qemu/${101 + i}`, rank: i + 1 }))),
);
const config = { automated_migrations: { rules: { grace_period_seconds: 30 } } };
const first = () => decideRun(givenOccasion(generated, { config }), givenFacts(generated));
const order = () => first().approved[0]!;
const started = () => addApproved(undefined, first().approved, generated.recommendations, noon);
const ended = (how: 'completed' | 'failed' | 'refused', seconds = 60): Approvals =>
  rememberApproval(started(), order(), { ended: { at: new Date(noon + seconds * 1000).toISOString(), how } }, noon);
const look = (approvals: Approvals, seconds: number, waiting: CurrentRun = first().waiting, different: object = {}) =>
  lookAgain(waiting, givenFacts(generated, { approvals }), {
    now: noon + seconds * 1000,
    config: givenConfig(vary(config, different)),
  });
const guests = ({ approved }: ReturnType<typeof look>) => approved.map(({ guest }) => guest);

test.each([
  { name: 'nothing while it runs', approvals: started, seconds: 60, next: [] },
  { name: 'nothing within the grace period', approvals: () => ended('completed'), seconds: 89, next: [] },
  { name: 'the next after it', approvals: () => ended('completed'), seconds: 90, next: ['qemu/102'] },
  { name: 'the next at once after a refusal', approvals: () => ended('refused'), seconds: 60, next: ['qemu/102'] },
  { name: 'the next when the approval has expired unused', approvals: started, seconds: 301, next: ['qemu/102'] },
  { name: '[P11] nothing after a failure', approvals: () => ended('failed'), seconds: 600, next: [] },
])('$name', ({ approvals, seconds, next }) => {
  expect(guests(look(approvals(), seconds))).toEqual(next);
});

test('data that is ten minutes old still moves something, older data nothing: the queue closes', () => {
  expect(guests(look(ended('completed'), 600))).toEqual(['qemu/102']);
  const { approved, waiting, closed } = look(ended('completed'), 6 * 3600);
  expect(approved).toEqual([]);
  expect(closed).toBe('the sample that it was decided on is 360 min old, 10 min at most');
  expect(waiting).toMatchObject({ queue: [], generated: { run_id: 'run-1', recommendations: [] } });
});

test('the order has the id of its decision, and leaves the queue', () => {
  const { approved, waiting } = look(ended('completed'), 90);
  expect(approved[0]).toMatchObject({
    migration_id: 'run-1.qemu-102',
    decision_id: 'run-1.qemu-102',
    approved_at: '2026-07-15T12:01:30.000Z',
    sampled_at: '2026-07-15T12:00:00.000Z',
  });
  expect(waiting.queue.map(({ decision_id }) => decision_id)).toEqual([
    'run-1.qemu-103',
    'run-1.qemu-104',
    'run-1.qemu-105',
  ]);
  expect(waiting.generated.recommendations.map(({ guest }) => guest)).toEqual(['qemu/103', 'qemu/104', 'qemu/105']);
});

/** Ends every order as soon as it is given, and counts how many the run brings. */
function playOut(how: 'completed' | 'refused', different: object = {}): string[] {
  let approvals = started();
  let waiting = first().waiting;
  let [now, open] = [noon, [order()]];
  const moved: string[] = [];
  while (open.length > 0 && moved.length < 20) {
    for (const migration of open) {
      moved.push(migration.guest);
      approvals = rememberApproval(approvals, migration, { ended: { at: new Date(now).toISOString(), how } }, now);
    }
    now += 40_000;
    const next = look(approvals, (now - noon) / 1000, waiting, different);
    approvals = addApproved(approvals, next.approved, generated.recommendations, now);
    ({ approved: open, waiting } = next);
  }
  return moved;
}

test('a run never brings more than its limit', () => {
  expect(playOut('completed')).toEqual(['qemu/101', 'qemu/102', 'qemu/103']);
});

test('what was refused leaves its place to the next', () => {
  expect(playOut('refused')).toEqual(['qemu/101', 'qemu/102', 'qemu/103', 'qemu/104', 'qemu/105']);
});

test('the strictest switch wins, also while the queue waits', () => {
  expect(guests(look(ended('completed'), 90, first().waiting, { mode: 'approve' }))).toEqual([]);
  expect(guests(look(ended('completed'), 90, first().waiting, { automated_migrations: { dry_run: true } }))).toEqual(
    [],
  );
});

test('what moved since the sample counts', () => {
  const full = vary(first().waiting, { base: { pve2: { cpu: 0.835, mem: 0.3 } } });
  expect(guests(look(started(), 301, full))).toEqual(['qemu/102']);
  expect(guests(look(ended('completed'), 90, full))).toEqual([]);
});

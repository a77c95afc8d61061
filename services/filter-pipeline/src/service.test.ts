import { createMemoryLedger } from '@evenkeel/bus';
import {
  type AnyEvent,
  type ApprovedMigration,
  type AutomationChange,
  answerGiven,
  automationChanged,
  automationKey,
  automationRefused,
  automationRequested,
  clusterSampled,
  type DataOf,
  decisionAnswered,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationStarted,
  outcomeRecorded,
  recommendationsGenerated,
  runDecided,
  type Said,
} from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import type { Generated } from './filter.ts';
import { filterPipeline } from './service.ts';
import { givenConfig, givenRecommendation, givenRun, lightEffect, noon, vary } from './testing/given.ts';

const light = { effect: lightEffect };
const at = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();

/** A service with its memory: tells it of events at a minute after noon, checks the form of all that it says and keeps. */
function live(different: object = {}) {
  const config = givenConfig(different);
  const memory = new Map<string, unknown>();
  const ledger = createMemoryLedger();
  const state = Object.fromEntries(
    Object.entries(filterPipeline.owns).map(([name, record]) => [
      name,
      {
        get: async (part = 'all') => memory.get(`${name} ${part}`),
        all: async () =>
          Object.fromEntries(
            [...memory].flatMap(([k, v]) => (k.startsWith(`${name} `) ? [[k.slice(name.length + 1), v]] : [])),
          ),
        set: (value: unknown, part = 'all') => memory.set(`${name} ${part}`, record.data.parse(value)),
        remove: (part = 'all') => memory.delete(`${name} ${part}`),
      },
    ]),
  );
  const here = (minutes: number) =>
    ({ cluster: 'lab', now: noon + minutes * 60_000, config, config_revision: 'c0ffee', state, ledger }) as never;
  const checked = (said: readonly Said[]): readonly Said[] => {
    for (const { name, data } of said)
      expect(filterPipeline.publishes.find((e) => e.name === name)!.data.parse(data)).toEqual(data);
    return said;
  };
  return {
    memory,
    ledger,
    tell: async <E extends AnyEvent>(event: E, data: DataOf<E>, minutes: number, sequence = 1) =>
      checked(await filterPipeline.handlers.get(event)!({ data, id: 'x', sequence } as never, here(minutes))),
    tick: async (minutes: number) =>
      checked(await filterPipeline.handlers.get(clusterSampled)!({ data: {}, id: 'x' } as never, here(minutes))),
    summary: (part = 'all') => memory.get(`summary ${part}`) as DataOf<typeof runDecided>,
  };
}

const run = (guests: readonly number[], n = 1, minutes = 0, different: object = {}): Generated =>
  vary(
    givenRun(
      guests.map((vmid, i) =>
        givenRecommendation(
          vary(light, {
            guest: `qemu/${vmid}`,
            rank: i + 1,
            run_id: `run-${n}`,
            recommendation_id: `run-${n}.${vmid}`,
          }),
        ),
      ),
      {
        run_id: `run-${n}`,
        at: at(minutes),
        sample: { at: at(minutes), run: { run_id: `run-${n}`, opened_at: at(minutes) } },
      },
    ),
    different,
  );
const ordered = (said: readonly Said[]) =>
  said.flatMap(({ name, data }) =>
    name === migrationApproved.name ? [(data as { migration: ApprovedMigration }).migration] : [],
  );
const started = (migration: ApprovedMigration, minutes: number) => ({
  migration,
  started_at: at(minutes),
  upid: 'UPID',
  adopted: false,
});
const completed = (migration: ApprovedMigration, minutes: number) => ({
  ...started(migration, minutes - 1),
  completed_at: at(minutes),
  warnings: [],
});
const decided = (said: readonly Said[]) =>
  said.flatMap(({ name, data }) =>
    name === runDecided.name ? (data as DataOf<typeof runDecided>).decisions.map(({ reason }) => reason) : [],
  );

test('a run goes to its end, one migration after the other, and the summary follows', async () => {
  const service = live();
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101, 102]), 0));
  expect(first?.guest).toBe('qemu/101');
  expect(await service.tell(migrationStarted, started(first!, 0.5), 0.5)).toEqual([]);
  expect(await service.tick(1)).toEqual([]);
  expect(ordered(await service.tell(migrationCompleted, completed(first!, 2), 2))).toEqual([]);
  const [second] = ordered(await service.tick(2.5));
  expect(second?.guest).toBe('qemu/102');
  expect(service.summary()).toMatchObject({ status: 'acting', counts: { executed: 1, pending: 1 } });
  await service.tell(migrationCompleted, completed(second!, 4), 4);
  expect(service.summary()).toMatchObject({
    status: 'success',
    counts: { executed: 2 },
    migrations_executed: 2,
    migrations_successful: 2,
    duration_seconds: 240,
  });
});

test('an end that is told twice, and before its start, is one end', async () => {
  const service = live();
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101, 102]), 0));
  await service.tell(migrationCompleted, completed(first!, 2), 2);
  const once = structuredClone(service.memory);
  await service.tell(migrationCompleted, completed(first!, 2), 2);
  expect(service.memory).toEqual(once);
  await service.tell(migrationStarted, started(first!, 1), 2);
  expect(service.summary()).toMatchObject({ counts: { executed: 1, skipped: 1 }, migrations_executed: 1 });
  expect(ordered(await service.tick(3)).map(({ guest }) => guest)).toEqual(['qemu/102']);
});

test('[P33] what failed is left alone, and [P11] so is the cluster for an hour', async () => {
  const service = live();
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101, 102]), 0));
  const failed = { migration: first!, failed_at: at(1), reason: 'no memory', fault: 'path' as const };
  expect(await service.tell(migrationFailed, failed, 1)).toEqual([]);
  expect(await service.tick(20)).toEqual([]);
  const next = await service.tell(recommendationsGenerated, run([101, 102], 2, 20), 20);
  expect(decided(next)).toEqual([
    'filtered: failed to move 19 min ago (pve1->pve2), cooldown 30 min',
    expect.stringMatching(/^deferred: stopped until 2026-07-15T13:01:00.000Z because qemu\/101 pve1->pve2 failed/),
  ]);
  expect(service.summary('run-1')).toBeUndefined();
  expect(ordered(await service.tell(recommendationsGenerated, run([102], 3, 61), 61))).toHaveLength(1);
});

test('an approval that nobody used expires, and the next has its turn', async () => {
  const service = live();
  await service.tell(recommendationsGenerated, run([101, 102]), 0);
  expect(await service.tick(5)).toEqual([]);
  expect(ordered(await service.tick(5.5)).map(({ guest }) => guest)).toEqual(['qemu/102']);
  expect(service.summary().decisions.map(({ action }) => action)).toEqual(['skipped', 'pending']);
  const once = structuredClone(service.memory);
  expect(await service.tick(6)).toEqual([]);
  expect(service.memory).toEqual(once);
});

test('after hours without the cluster nothing of the old run moves, and it says so', async () => {
  const service = live();
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101, 102, 103]), 0));
  await service.tell(migrationCompleted, completed(first!, 2), 2);
  expect(await service.tick(360)).toEqual([]);
  const why = 'the sample that it was decided on is 360 min old, 10 min at most';
  expect(service.summary().notes[0]).toBe(`the queue is closed, 2 had no turn: ${why}`);
  expect(service.summary()).toMatchObject({ status: 'success', duration_seconds: 120 });
  expect(service.summary().decisions.map(({ reason }) => reason)).toContain(`had no turn: ${why}`);
  const once = structuredClone(service.memory);
  expect(await service.tick(361)).toEqual([]);
  expect(service.memory).toEqual(once);
});

const estimate = { expected: 1, low: 1, high: 1 };
const harmful = (vmid: number, identity?: string): DataOf<typeof outcomeRecorded> => ({
  outcome: {
    migration_id: `m-${vmid}`,
    cluster: 'lab',
    horizon: '1h',
    guest: `qemu/${vmid}`,
    vmid,
    name: 'x',
    ...(identity && { identity }),
    source_node: 'pve1',
    target_node: 'pve2',
    completed_at: at(-60),
    judged_at: at(0),
    expected_gain: estimate,
    verdict: 'harmful',
    confidence_score: 80,
    target_cpu: {},
    duration_seconds: { predicted: estimate },
    downtime_seconds: { predicted: estimate },
  },
});

test('[P09] outcomes teach: three harmful ones close the pair', async () => {
  const service = live({ intelligent_migrations: { outcome_learning_enabled: true } });
  for (const n of [1, 2, 3]) await service.tell(outcomeRecorded, harmful(200 + n), -1);
  expect(decided(await service.tell(recommendationsGenerated, run([101]), 0))).toEqual([
    'filtered: pve1->pve2: 0 of 3 judged migrations turned out well, success rate 20% of 50% needed',
  ]);
});

test.each([
  { who: 'the guest that moved', identity: 'id-101', judged: 1 },
  { who: 'one that had its number before', identity: 'older', judged: 0 },
])('an outcome of $who counts $judged times', async ({ identity, judged }) => {
  const service = live();
  const [migration] = ordered(await service.tell(recommendationsGenerated, run([101]), 0));
  expect(migration?.identity).toBe('id-101');
  await service.tell(migrationCompleted, completed(migration!, 2), 2);
  await service.tell(outcomeRecorded, harmful(101, identity), 60);
  expect(service.memory.get('outcomes qemu/101')).toEqual(judged ? { judged: [expect.anything()] } : undefined);
});

test.each([
  { fault: 'guest', pair: 0, guest: 1 },
  { fault: 'path', pair: 1, guest: 0 },
  { fault: 'unknown', pair: 1, guest: 1 },
  { fault: 'cluster', pair: 0, guest: 0 },
] as const)('a failure of the $fault counts against whom it is to blame on', async ({ fault, pair, guest }) => {
  const service = live();
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101]), 0));
  await service.tell(migrationFailed, { migration: first!, failed_at: at(1), reason: 'x', fault }, 1);
  const judged = (key: string) => (service.memory.get(key) as { judged: unknown[] } | undefined)?.judged.length ?? 0;
  expect([judged('pairs pve1>pve2'), judged('outcomes qemu/101')]).toEqual([pair, guest]);
});

test('a guest that somebody else has moved is left alone', async () => {
  const service = live();
  await service.tell(
    recommendationsGenerated,
    run([], 1, 0, { placements: { 'qemu/101': 'pve3', 'qemu/7': 'pve1' } }),
    0,
  );
  expect(decided(await service.tell(recommendationsGenerated, run([101], 2, 5), 5))).toEqual([
    'filtered: was moved by somebody else 0 s ago (pve3->pve1), cooldown 30 min, 1 in 7 days',
  ]);
});

test('a new guest under the number of another has not moved, wherever that one was, and has left nothing', async () => {
  const service = live();
  const seen = (n: number, node: string, identities: object, guests: readonly number[] = []) =>
    service.tell(
      recommendationsGenerated,
      run(guests, n, 5 * n, { placements: { 'qemu/101': node }, identities }),
      5 * n,
    );
  await seen(1, 'pve2', { 'qemu/101': 'id-old' });
  await seen(2, 'pve3', { 'qemu/101': 'id-old' });
  expect(service.memory.get('moves qemu/101')).toMatchObject({ identity: 'id-old', moves: [{ how: 'found' }] });
  await seen(3, 'pve1', {});
  const said = await seen(4, 'pve1', { 'qemu/101': 'id-101' }, [101]);
  expect(ordered(said)).toHaveLength(1);
  expect(service.memory.has('moves qemu/101')).toBe(false);
  expect(service.memory.get('placements all')).toMatchObject({ identities: { 'qemu/101': 'id-101' } });
});

test('what was found of a guest before anybody noted who it was is not held against another', async () => {
  const service = live();
  const old = { moves: [{ at: at(-5), from: 'pve2', to: 'pve3', how: 'found' }] };
  service.memory.set('moves qemu/101', old);
  service.memory.set('placements all', { at: at(-5), nodes: { 'qemu/101': 'pve3' } });
  const seen = (n: number, minutes: number, identity: string) =>
    service.tell(
      recommendationsGenerated,
      run([], n, minutes, { placements: { 'qemu/101': 'pve3' }, identities: { 'qemu/101': identity } }),
      minutes,
    );
  await seen(1, 0, 'id-1');
  expect(service.memory.get('moves qemu/101')).toEqual(old);
  await seen(2, 5, 'id-2');
  expect(service.memory.has('moves qemu/101')).toBe(false);
});

test('our own move is not taken for one of somebody else', async () => {
  const service = live();
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101]), 0));
  await service.tell(migrationStarted, started(first!, 1), 1);
  await service.tell(recommendationsGenerated, run([], 2, 5, { placements: { 'qemu/101': 'pve2' } }), 5);
  await service.tell(migrationCompleted, completed(first!, 4), 5);
  expect(service.memory.get('moves qemu/101')).toMatchObject({
    moves: [{ how: 'completed', from: 'pve1', to: 'pve2' }],
  });
});

test('a run that still acts when the next begins is followed to its end', async () => {
  const service = live();
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101]), 0));
  await service.tell(migrationStarted, started(first!, 1), 1);
  await service.tell(recommendationsGenerated, run([102], 2, 5), 5);
  expect(service.summary('run-1').status).toBe('acting');
  await service.tell(migrationCompleted, completed(first!, 8), 8);
  expect(service.summary('run-1')).toMatchObject({ status: 'success', duration_seconds: 480 });
  expect(service.summary()).toMatchObject({ run_id: 'run-2', status: 'no_action' });
  expect(ordered(await service.tick(9)).map(({ guest }) => guest)).toEqual(['qemu/102']);
});

test('[P19] a dry run remembers no moves', async () => {
  const service = live({ automated_migrations: { dry_run: true } });
  await service.tell(recommendationsGenerated, run([101]), 0);
  expect([...service.memory.keys()].filter((key) => key.startsWith('moves'))).toEqual([]);
  expect(service.memory.get('approvals all')).toEqual({ entries: {} });
});

test('a guest that is gone is forgotten with its last move, not before', async () => {
  const service = live();
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101]), 0));
  await service.tell(migrationCompleted, completed(first!, 2), 2);
  const gone = (n: number, minutes: number) => service.tell(recommendationsGenerated, run([], n, minutes), minutes);
  await gone(2, 5);
  await gone(3, 10);
  expect(service.memory.has('moves qemu/101')).toBe(true);
  await gone(4, 8 * 24 * 60);
  expect(service.memory.has('moves qemu/101')).toBe(false);
  expect(service.memory.get('placements all')).toMatchObject({ nodes: {} });
});

test('of a run that arrives after a newer one nothing is approved, and the newer one stays in force', async () => {
  const service = live();
  const [first] = ordered(
    await service.tell(recommendationsGenerated, run([101, 102], 2, 5, { sample_sequence: 20 }), 5),
  );
  const before = new Map(service.memory);
  const said = await service.tell(recommendationsGenerated, run([103], 1, 0, { sample_sequence: 10 }), 0);
  expect(ordered(said)).toEqual([]);
  expect(decided(said)).toEqual(['ranked 1 of 1: run run-2 is newer and was decided before this one']);
  expect(service.memory).toEqual(before);
  await service.tell(migrationCompleted, completed(first!, 7), 7);
  expect(ordered(await service.tick(7.5)).map(({ guest }) => guest)).toEqual(['qemu/102']);
});

test.each([
  ['is told again', run([101], 2, 5, { sample_sequence: 20 })],
  ['comes after the clock was set back', run([101], 3, 0, { sample_sequence: 21 })],
  ['comes after its count began anew', run([101], 3, 10, { sample_sequence: 1 })],
])('a run that %s is not superseded', async (_, next) => {
  const service = live();
  await service.tell(recommendationsGenerated, run([101], 2, 5, { sample_sequence: 20 }), 5);
  expect(decided(await service.tell(recommendationsGenerated, next, 5)).join()).not.toMatch(/newer/);
  expect(service.summary().run_id).toBe(next.run_id);
});

const request = (command_id: string, change: AutomationChange) => ({ cluster: 'lab', command_id, by: 'anna', change });
const named = <E extends AnyEvent>(said: readonly Said[], event: E): DataOf<E>[] =>
  said.flatMap(({ name, data }) => (name === event.name ? [data as DataOf<E>] : []));
const yes = (vmid: number, different: Partial<DataOf<typeof answerGiven>> = {}): DataOf<typeof answerGiven> => ({
  cluster: 'lab',
  command_id: `yes-${vmid}`,
  by: 'anna',
  answer: 'approve',
  decision_id: `run-1.qemu-${vmid}`,
  guest: `qemu/${vmid}`,
  source_node: 'pve1',
  target_node: 'pve2',
  reason: '',
  ...different,
});

test.each([
  {
    what: 'came later than it would have held',
    before: [],
    given: 1,
    again: 180,
    reason: 'came too late: it held until',
  },
  { what: 'is older than a no', before: [4], given: 3, again: 2, reason: 'is older than what anna said' },
])('an approval that $what approves nothing', async ({ before, given, again, reason }) => {
  const service = live({ mode: 'approve', automated_migrations: { rules: { approval_expiry_minutes: 5 } } });
  await service.tell(recommendationsGenerated, run([101]), 0);
  await service.tell(recommendationsGenerated, run([101], 2, again), again);
  for (const minute of before) await service.tell(answerGiven, yes(101, { answer: 'reject' }), minute);
  const said = await service.tell(answerGiven, yes(101), given);
  expect(ordered(said)).toEqual([]);
  expect(named(said, decisionAnswered)).toEqual([
    expect.objectContaining({ answer: 'not_pending', reason: expect.stringContaining(reason) }),
  ]);
});

test('a pause stops what waits and what is recommended, whatever is forgotten; a resume lets it go on', async () => {
  const service = live();
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101, 102]), 0));
  const said = await service.tell(automationRequested, request('p', { do: 'pause', reason: 'storage work' }), 1, 1);
  expect(named(said, automationChanged)).toMatchObject([
    {
      change_id: 'p',
      by: 'anna',
      change: { do: 'pause' },
      automation: { pause: { by: 'anna', reason: 'storage work' } },
    },
  ]);
  await service.tell(migrationCompleted, completed(first!, 2), 2);
  expect(await service.tick(3)).toEqual([]);
  service.memory.clear();
  const paused = await service.tell(recommendationsGenerated, run([101, 102], 2, 5), 5);
  expect(ordered(paused)).toEqual([]);
  expect(named(paused, runDecided)).toMatchObject([{ status: 'skipped', mode: 'paused' }]);
  expect(decided(paused)[0]).toMatch(
    /^deferred: paused by anna since .*: storage work; to go on: evenkeel resume lab$/,
  );
  await service.tell(automationRequested, request('r', { do: 'resume' }), 6, 2);
  expect(ordered(await service.tell(recommendationsGenerated, run([101, 102], 3, 10), 10))).toHaveLength(1);
});

test('a command that comes again says the same again, an older one nothing', async () => {
  const service = live();
  const pause = request('p', { do: 'pause', reason: '' });
  const first = await service.tell(automationRequested, pause, 1, 1);
  expect(await service.tell(automationRequested, pause, 1, 1)).toEqual(first);
  await service.tell(automationRequested, request('r', { do: 'resume' }), 2, 2);
  const kept = await service.ledger.get(automationKey('lab'));
  expect(await service.tell(automationRequested, pause, 1, 1)).toEqual([]);
  expect(await service.ledger.get(automationKey('lab'))).toEqual(kept);
});

test('a mode by command holds over the configuration until it is undone', async () => {
  const service = live();
  await service.tell(automationRequested, request('m', { do: 'mode', mode: 'observe' }), 0, 1);
  const observed = await service.tell(recommendationsGenerated, run([101]), 0);
  expect(ordered(observed)).toEqual([]);
  expect(named(observed, runDecided)).toMatchObject([{ mode: 'observe' }]);
  await service.tell(automationRequested, request('d', { do: 'mode', mode: 'default' }), 1, 2);
  expect(ordered(await service.tell(recommendationsGenerated, run([101], 2, 5), 5))).toHaveLength(1);
});

test('in approve mode only what a person approves moves, after another look, and the run follows', async () => {
  const service = live({ mode: 'approve' });
  const asked = await service.tell(recommendationsGenerated, run([101, 102]), 0);
  expect(ordered(asked)).toEqual([]);
  expect(service.summary()).toMatchObject({ status: 'no_action', counts: { pending: 2 } });
  expect(await service.tick(1)).toEqual([]);
  const said = await service.tell(answerGiven, yes(102), 2);
  expect(named(said, decisionAnswered)).toEqual([
    {
      cluster: 'lab',
      command_id: 'yes-102',
      decision_id: 'run-1.qemu-102',
      guest: 'qemu/102',
      source_node: 'pve1',
      target_node: 'pve2',
      by: 'anna',
      answer: 'approved',
      reason: 'approved by anna',
    },
  ]);
  const [first] = ordered(said);
  expect(first).toMatchObject({ guest: 'qemu/102', approved_by: 'anna', approved_at: at(2), expires_at: at(7) });
  expect(service.summary()).toMatchObject({ status: 'acting' });
  await service.tell(migrationCompleted, completed(first!, 4), 4);
  expect(service.summary()).toMatchObject({ status: 'success', counts: { executed: 1, pending: 1 } });
  expect(await service.tick(5)).toEqual([]);
  await service.tell(recommendationsGenerated, run([101], 2, 6), 6);
  expect(service.summary().run_id).toBe('run-2');
});

test('an approval waits for its turn, holds for the same move in the next run, and expires', async () => {
  const service = live({ mode: 'approve' });
  await service.tell(recommendationsGenerated, run([101, 102]), 0);
  const [first] = ordered(await service.tell(answerGiven, yes(101), 1));
  const second = await service.tell(answerGiven, yes(102), 2);
  expect(named(second, decisionAnswered)[0]?.reason).toBe(
    `approved by anna; not yet: waits for a slot: 1 of 1 taken; it expires at ${at(7)} if it has not had its turn`,
  );
  expect(ordered(second)).toEqual([]);
  await service.tell(migrationCompleted, completed(first!, 4), 4);
  const next = await service.tell(recommendationsGenerated, run([102], 2, 5), 5);
  expect(ordered(next)).toMatchObject([{ guest: 'qemu/102', approved_by: 'anna', decision_id: 'run-2.qemu-102' }]);
  const late = live({ mode: 'approve' });
  await late.tell(recommendationsGenerated, run([101, 102]), 0);
  const [busy] = ordered(await late.tell(answerGiven, yes(101), 1));
  await late.tell(answerGiven, yes(102), 2);
  await late.tell(migrationCompleted, completed(busy!, 7), 7);
  expect(ordered(await late.tick(8))).toEqual([]);
  expect(ordered(await late.tell(recommendationsGenerated, run([102], 2, 8), 8))).toEqual([]);
  expect(late.summary('run-1')).toBeUndefined();
});

test('an approval of what stands against it is heard, and says what that is', async () => {
  const service = live({ mode: 'approve' });
  await service.tell(recommendationsGenerated, run([101]), 0);
  const other = await service.tell(answerGiven, yes(101, { target_node: 'pve3' }), 1);
  expect(named(other, decisionAnswered)).toMatchObject([
    { answer: 'not_pending', reason: expect.stringMatching(/does not wait for an approval/) },
  ]);
  await service.tell(automationRequested, request('p', { do: 'pause', reason: 'storage work' }), 2, 1);
  const paused = await service.tell(answerGiven, yes(101), 3);
  expect(named(paused, decisionAnswered)).toMatchObject([
    { answer: 'not_pending', reason: expect.stringMatching(/^paused by anna/) },
  ]);
  expect(ordered([...other, ...paused])).toEqual([]);
  expect(service.memory.has('answers all')).toBe(false);
});

test('what a person rejects is left alone for a while', async () => {
  const service = live({ mode: 'approve' });
  await service.tell(recommendationsGenerated, run([101, 102]), 0);
  const said = await service.tell(answerGiven, yes(101, { answer: 'reject', reason: 'backup runs' }), 1);
  expect(named(said, decisionAnswered)).toMatchObject([
    { answer: 'rejected', reason: 'rejected by anna: backup runs' },
  ]);
  expect(service.summary()).toMatchObject({ counts: { pending: 1, skipped: 1 } });
  const next = await service.tell(recommendationsGenerated, run([101], 2, 5), 5);
  expect(decided(next)[0]).toMatch(/^deferred: rejected by anna at .*: backup runs; it is left alone until/);
  expect(decided(await service.tell(recommendationsGenerated, run([101], 3, 40), 40))).toEqual(['awaiting approval']);
});

test.each([
  ['pve1', {}, 'anna'],
  ['pve3', { empties: 'pve3' }, 'anna'],
  ['pve1', { empties: 'pve3' }, undefined],
])('whoever drains a node has approved what that takes: %s, %o', async (node, room, by) => {
  const service = live({ mode: 'approve' });
  const drained = { since: at(0), by: 'anna', reason: 'new memory' };
  const base = run([101], 1, 0);
  const generated = {
    ...base,
    recommendations: base.recommendations.map((r) => ({ ...r, mandatory: 'drain' as const, ...room })),
    sample: {
      ...base.sample,
      nodes: base.sample.nodes.map((n) => (n.node === node ? { ...n, maintenance: true, drained } : n)),
    },
  };
  expect(ordered(await service.tell(recommendationsGenerated, generated, 0))).toMatchObject(
    by ? [{ guest: 'qemu/101', mandatory: 'drain', ...room, approved_by: by }] : [],
  );
});

test('a failure pauses the cluster where that is configured, once; a resume sets it aside', async () => {
  const service = live({ automated_migrations: { safety_checks: { pause_on_failure: true } } });
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101, 102]), 0));
  const failed = { migration: first!, failed_at: at(1), reason: 'no memory', fault: 'path' as const };
  const said = await service.tell(migrationFailed, failed, 1);
  expect(named(said, automationChanged)).toMatchObject([
    {
      change_id: first!.migration_id,
      by: 'evenkeel',
      automation: { pause: { reason: 'qemu/101 pve1->pve2 failed: no memory' } },
    },
  ]);
  expect(decided(await service.tell(recommendationsGenerated, run([102], 2, 120), 120))[0]).toMatch(
    /^deferred: paused by evenkeel since .*failed: no memory; to go on: evenkeel resume lab$/,
  );
  await service.tell(automationRequested, request('r', { do: 'resume' }), 121, 1);
  expect(named(await service.tell(migrationFailed, failed, 1), automationChanged)).toEqual([]);
  expect(ordered(await service.tell(recommendationsGenerated, run([102], 3, 125), 125))).toHaveLength(1);
});

test('a resume by a clock that is three minutes behind is answered: it is refused, and by how much the clocks disagree', async () => {
  const service = live();
  await service.tell(automationRequested, request('p', { do: 'pause', reason: 'storage work' }), 10, 1);
  const said = await service.tell(automationRequested, request('r', { do: 'resume' }), 7, 2);
  expect(named(said, automationChanged)).toEqual([]);
  expect(named(said, automationRefused)).toEqual([
    {
      cluster: 'lab',
      command_id: 'r',
      by: 'anna',
      change: { do: 'resume' },
      reason: expect.stringMatching(/ 180 s before what was asked last, .* the clocks disagree by at least that/),
    },
  ]);
});

test('a resume ends the stop of an hour after a failure at once', async () => {
  const service = live();
  const [first] = ordered(await service.tell(recommendationsGenerated, run([101, 102]), 0));
  const failed = { migration: first!, failed_at: at(1), reason: 'no memory', fault: 'path' as const };
  expect(named(await service.tell(migrationFailed, failed, 1), automationChanged)).toEqual([]);
  expect(ordered(await service.tell(recommendationsGenerated, run([102], 2, 5), 5))).toEqual([]);
  await service.tell(automationRequested, request('r', { do: 'resume' }), 6, 1);
  expect(ordered(await service.tell(recommendationsGenerated, run([102], 3, 10), 10))).toHaveLength(1);
});

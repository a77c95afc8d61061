import { type Decision, events, type Recommendation, records } from '@evenkeel/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Generated } from './filter.ts';
import { decideRun } from './pipeline.ts';
import {
  type Different,
  type GivenCase,
  givenFacts,
  givenJudged,
  givenOccasion,
  givenRecommendation,
  givenRun,
  lightEffect,
  vary,
} from './testing/given.ts';

const run = (generated: Generated, given: GivenCase = {}) =>
  decideRun(givenOccasion(generated, given), givenFacts(generated, given.facts));
const said = (decisions: readonly Decision[]) =>
  Object.fromEntries(
    decisions.map(({ recommendation, action, reason }) => [
      `${recommendation.guest}>${recommendation.target_node}`,
      `${action}: ${reason}`,
    ]),
  );
const many = (n: number, different: Different<Recommendation> = {}, first = 101) =>
  Array.from({ length: n }, (_, i) =>
    givenRecommendation(vary({ guest: `qemu/${first + i}`, rank: i + 1 }, different)),
  );
/** A move that weighs next to nothing, so that only the filter in question has a say. */
const light = { effect: lightEffect };
const rules = (different: object) => ({ automated_migrations: { rules: different } });

test('a move that nobody objects to is approved', () => {
  const { decisions, approved, summary } = run(givenRun());
  expect(said(decisions)).toEqual({ 'qemu/101>pve2': 'pending: approved: ranked 1 of 1, relieves pve1' });
  expect(decisions[0]?.ladder.map(({ order }) => order)).toEqual(Array.from({ length: 16 }, (_, i) => i));
  expect(approved[0]).toMatchObject({
    migration_id: 'run-1.qemu-101',
    decision_id: 'run-1.qemu-101',
    identity: 'id-101',
    expires_at: '2026-07-15T12:05:00.000Z',
    sample_sequence: 7,
  });
  expect(summary).toMatchObject({ status: 'acting', mode: 'live', counts: { pending: 1 }, notes: [] });
});

test('the ladder says what passed, was off, failed, and was not reached', () => {
  const { decisions } = run(givenRun([givenRecommendation({ confidence_score: 50 })]));
  expect(decisions[0]?.ladder.map(({ order, filter, result }) => `${order} ${filter} ${result}`)).toEqual([
    '0 persistence off',
    '1 cooldown passed',
    '2 rollback passed',
    '3 cycle passed',
    '4 confidence failed',
    '5 conflict not_reached',
    '6 risk not_reached',
    '7 trend not_reached',
    '8 outcome not_reached',
    '9 pattern not_reached',
    '10 tags_and_affinity not_reached',
    '11 cost_benefit not_reached',
    '12 guest_success not_reached',
    '13 improvement not_reached',
    '14 safety not_reached',
    '15 limits not_reached',
  ]);
  expect(decisions[0]).toMatchObject({ action: 'filtered', reason: 'filtered: confidence 50 of 75 needed' });
  expect(decisions[0]?.ladder.map(({ under }) => under).filter((under) => under !== undefined)).toEqual([
    { min_confidence_score: 75 },
  ]);
});

test('a mandatory move bypasses what is about balance, and nothing else', () => {
  const on = Object.fromEntries(
    [
      'enabled',
      'risk_gating_enabled',
      'trend_awareness_enabled',
      'outcome_learning_enabled',
      'pattern_suppression_enabled',
      'cost_benefit_enabled',
      'guest_success_tracking_enabled',
    ].map((k) => [k, true]),
  );
  const { decisions, approved } = run(
    givenRun([givenRecommendation({ mandatory: 'maintenance', confidence_score: 0, cost_benefit_ratio: 0 })]),
    {
      config: { intelligent_migrations: on },
    },
  );
  expect(decisions[0]?.ladder.filter(({ result }) => result === 'bypassed').map(({ order }) => order)).toEqual([
    0, 1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13,
  ]);
  expect(approved[0]?.mandatory).toBe('maintenance');
});

test.each([
  {
    name: 'dry run',
    config: { automated_migrations: { dry_run: true } },
    says: 'skipped: dry run: would move',
    mode: 'dry_run',
  },
  { name: 'approve', config: { mode: 'approve' as const }, says: 'pending: awaiting approval', mode: 'approve' },
  {
    name: 'approve, but dry run',
    config: { mode: 'approve' as const, automated_migrations: { dry_run: true } },
    says: 'skipped: dry run: would move',
    mode: 'dry_run',
  },
  {
    name: 'recommend',
    config: { mode: 'recommend' as const },
    says: 'skipped: mode recommend: would move, but nothing is moved in this mode',
    mode: 'recommend',
  },
  {
    name: 'observe',
    config: { mode: 'observe' as const },
    says: 'skipped: mode observe: would move, but nothing is moved in this mode',
    mode: 'observe',
  },
])('nothing is approved: $name', ({ config, says, mode }) => {
  const { decisions, approved, summary } = run(givenRun(), { config });
  expect(said(decisions)).toEqual({ 'qemu/101>pve2': says });
  expect(approved).toEqual([]);
  expect(summary.mode).toBe(mode);
});

test('[P08] a dry run moves each guest once and sees what it has moved', () => {
  const config = { automated_migrations: { dry_run: true, rules: { max_migrations_per_run: 10 } } };
  const { decisions } = run(givenRun(many(5)), { config });
  expect(said(decisions)).toMatchObject({
    'qemu/101>pve2': 'skipped: dry run: would move',
    'qemu/102>pve2': 'skipped: dry run: would move',
  });
  expect(said(decisions)['qemu/103>pve2']).toMatch(
    /^filtered: filtered: target would be worse than the source was: pve2 from .* to .* points, pve1 from .* to .* points$/,
  );
  expect(decisions.filter(({ reason }) => reason === 'dry run: would move')).toHaveLength(2);
});

test('[P10] the head of the line does not block', () => {
  const [first, second] = many(2, light);
  const bad = vary(first!, {
    effect: { target_before: { mem: 0.9 }, target_after: { mem: 0.99 } },
    target_node: 'pve3',
  });
  const { approved } = run(givenRun([bad, second!]));
  expect(approved.map(({ guest }) => guest)).toEqual(['qemu/102']);
});

test('[P15] [P30] moves that together overload a target: the best are kept, the later ones say why', () => {
  const recommendations = many(6, {
    effect: { target_before: { cpu: 0.3 }, target_after: { cpu: 0.5 }, source_after: { cpu: 0.8 } },
  });
  const { decisions } = run(givenRun(recommendations), {
    config: { ...rules({ max_migrations_per_run: 20, max_concurrent_migrations: 20 }) },
  });
  const actions = decisions.map(({ recommendation, action, reason }) => [recommendation.guest, action, reason]);
  expect(actions.slice(0, 2).map(([guest, action]) => [guest, action])).toEqual([
    ['qemu/101', 'pending'],
    ['qemu/102', 'pending'],
  ]);
  expect(actions[2]).toEqual(['qemu/103', 'filtered', 'filtered: conflict: pve2 would be at 90% CPU, at most 85%']);
});

test('[2.4] a plan that counts earlier moves already is not counted twice', () => {
  const separate = many(2, { effect: { target_before: { cpu: 0.3 }, target_after: { cpu: 0.55 } } });
  const cumulative = [
    separate[0]!,
    vary(separate[1]!, { effect: { target_before: { cpu: 0.55 }, target_after: { cpu: 0.8 } } }),
  ];
  const config = rules({ max_concurrent_migrations: 2 });
  for (const plan of [separate, cumulative]) {
    const { decisions } = run(givenRun(plan, { scores: [] }), { config });
    expect(decisions[1]?.ladder[5]).toMatchObject({ filter: 'conflict', result: 'passed' });
  }
  const tight = [
    separate[0]!,
    vary(separate[1]!, { effect: { target_before: { cpu: 0.55 }, target_after: { cpu: 0.9 } } }),
  ];
  expect(run(givenRun(tight), { config }).decisions[1]?.reason).toBe(
    'filtered: conflict: pve2 would be at 90% CPU, at most 85%',
  );
});

const limitsOf = (decisions: readonly Decision[]) =>
  decisions.map(({ ladder }) => ladder.find(({ filter }) => filter === 'limits')?.limit);

test('slots, runs and ranks', () => {
  const config = rules({ max_migrations_per_run: 3, max_concurrent_migrations: 2 });
  const { decisions, approved, waiting } = run(givenRun(many(5, light)), { config });
  expect(decisions.map(({ reason }) => reason)).toEqual([
    'approved: ranked 1 of 5, relieves pve1',
    'approved: ranked 2 of 5, relieves pve1',
    'ranked 3 of 5: waits for a slot: 2 of 2 taken',
    'ranked 4 of 5: at most 3 a run, and its turn where one of these is refused',
    'ranked 5 of 5: at most 3 a run, and its turn where one of these is refused',
  ]);
  const perRun = 'max_migrations_per_run';
  expect(limitsOf(decisions)).toEqual([undefined, undefined, 'max_concurrent_migrations', perRun, perRun]);
  expect(approved).toHaveLength(2);
  expect(waiting.queue.map(({ decision_id }) => decision_id)).toEqual([
    'run-1.qemu-103',
    'run-1.qemu-104',
    'run-1.qemu-105',
  ]);
});

test.each([{ mode: 'recommend' as const }, { automated_migrations: { dry_run: true } }])(
  'where nothing may move, nothing waits to: %o',
  (config) => {
    expect(run(givenRun(many(5, light)), { config }).waiting.queue).toEqual([]);
  },
);

test('[P24] companions go through every filter and limit, together or not at all', () => {
  const [a, b] = many(2, light);
  const together = (different: object = {}) => [
    vary(a!, { companions: ['qemu/102'] }),
    vary(b!, { companions: ['qemu/101'], ...different }),
  ];
  const both = rules({ max_concurrent_migrations: 2 });
  expect(run(givenRun(together()), { config: both }).approved.map(({ guest }) => guest)).toEqual([
    'qemu/101',
    'qemu/102',
  ]);
  expect(said(run(givenRun(together({ confidence_score: 10 })), { config: both }).decisions)).toEqual({
    'qemu/101>pve2': 'filtered: filtered: companion qemu/102 stays: confidence 10 of 75 needed',
    'qemu/102>pve2': 'filtered: filtered: confidence 10 of 75 needed',
  });
  const one = rules({ max_migrations_per_run: 1 });
  expect(run(givenRun(together()), { config: one }).approved).toEqual([]);
});

test('companions count once each, and are judged by what they bring together', () => {
  const [a, b] = many(2, light);
  const at = (cpu: number) => ({ cpu, mem: 0.3, penalty: 100 * cpu });
  const steps = (...[s0, s1, t0, t1]: [number, number, number, number]) => ({
    effect: { source_before: at(s0), source_after: at(s1), target_before: at(t0), target_after: at(t1) },
  });
  const pair = (first: object, second: object) =>
    run(
      givenRun([vary(a!, { companions: ['qemu/102'], ...first }), vary(b!, { companions: ['qemu/101'], ...second })]),
      { config: rules({ max_concurrent_migrations: 2 }) },
    );
  const heavy = pair(steps(0.9, 0.7, 0.3, 0.5), steps(0.7, 0.4, 0.5, 0.8));
  expect(heavy.approved.map(({ guest }) => guest)).toEqual(['qemu/101', 'qemu/102']);
  const tooHeavy = pair(steps(0.9, 0.7, 0.3, 0.5), steps(0.7, 0.32, 0.5, 0.88));
  expect(said(tooHeavy.decisions)['qemu/102>pve2']).toContain('pve2 would be at 88% CPU, at most 85%');
  const idleLeader = pair(steps(0.9, 0.9, 0.3, 0.3), steps(0.9, 0.6, 0.3, 0.6));
  expect(idleLeader.approved.map(({ guest }) => guest)).toEqual(['qemu/101', 'qemu/102']);
  const idle = pair(steps(0.9, 0.9, 0.3, 0.3), steps(0.9, 0.9, 0.3, 0.3));
  expect(said(idle.decisions)['qemu/101>pve2']).toContain('source not better');
});

test('a guest that is recommended twice moves once, and each decision has its own id', () => {
  const twice = [
    givenRecommendation(),
    givenRecommendation({
      target_node: 'pve3',
      rank: 2,
      has_conflict: true,
      conflict_reason: 'qemu/101 appears twice',
    }),
  ];
  const { decisions, approved } = run(givenRun(twice));
  expect(decisions.map(({ decision_id, action }) => [decision_id, action])).toEqual([
    ['run-1.qemu-101', 'pending'],
    ['run-1.qemu-101.2', 'filtered'],
  ]);
  expect(approved).toHaveLength(1);
});

test('a guest with a poor record lets others go first', () => {
  const config = { intelligent_migrations: { guest_success_tracking_enabled: true } };
  const outcomes = new Map([['qemu/101', givenJudged([0, 'harmful'], [0, 'neutral'])]]);
  expect(run(givenRun(many(2, light)), { config, facts: { outcomes } }).approved.map(({ guest }) => guest)).toEqual([
    'qemu/102',
  ]);
});

test.each<{ name: string; generated: Generated; given?: GivenCase; notes: string[]; status: string }>([
  {
    name: 'nothing was recommended',
    generated: givenRun([], {
      convergence: { converged: true, reason: 'spread 3.1 within 8' },
      notes: ['no node over its threshold'],
    }),
    notes: ['no node over its threshold'],
    status: 'no_action',
  },
  {
    name: 'filters objected',
    generated: givenRun(many(3, { confidence_score: 20 })),
    notes: ['3 of 3 filtered by confidence (confidence 20 of 75 needed)'],
    status: 'no_action',
  },
  {
    name: 'no quorum',
    generated: givenRun(undefined, { sample: { quorate: false } }),
    notes: ['nothing moves now: the cluster has no quorum'],
    status: 'skipped',
  },
  {
    name: 'dry run',
    generated: givenRun(),
    given: { config: { automated_migrations: { dry_run: true } } },
    notes: ['1 of 1 skipped: dry run: would move'],
    status: 'no_action',
  },
  {
    name: 'no slot',
    generated: givenRun(undefined, { sample: { running_migrations: [{ guest: 'qemu/9', source: 'pve3' }] } }),
    notes: ['1 of 1 skipped by limits (ranked 1 of 1: waits for a slot: 1 of 1 taken)'],
    status: 'no_action',
  },
])('a run in which nothing moves says why: $name', ({ generated, given = {}, notes, status }) => {
  const { summary, approved } = run(generated, given);
  expect(approved).toEqual([]);
  expect(summary).toMatchObject({ notes, status });
});

const chance = fc.record({
  guest: fc.integer({ min: 101, max: 120 }).map((n) => `qemu/${n}`),
  target_node: fc.constantFrom('pve2', 'pve3'),
  rank: fc.integer({ min: 1, max: 4 }),
  confidence_score: fc.integer({ min: 60, max: 100 }),
  takes: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
});
const plan = fc.uniqueArray(chance, { maxLength: 12, selector: ({ guest }) => guest }).map((chances) =>
  chances.map(({ takes, ...r }) =>
    givenRecommendation({
      ...r,
      effect: { source_after: { cpu: 0.85 - takes }, target_after: { cpu: 0.3 + takes } },
    }),
  ),
);
const limits = fc.record({
  max_migrations_per_run: fc.integer({ min: 1, max: 5 }),
  max_concurrent_migrations: fc.integer({ min: 1, max: 5 }),
});

test('law: recommendations in another order bring the same decisions', () => {
  fc.assert(
    fc.property(
      plan.chain((p) => fc.tuple(fc.constant(p), fc.shuffledSubarray(p, { minLength: p.length }))),
      limits,
      ([one, other], limit) => {
        const config = rules(limit);
        const { summary, decisions, approved } = run(givenRun(one), { config });
        const again = run(givenRun(other), { config });
        expect({ summary, decisions, approved }).toEqual({
          summary: again.summary,
          decisions: again.decisions,
          approved: again.approved,
        });
      },
    ),
    { numRuns: 50 },
  );
});

test('law: every recommendation is decided once, limits hold, no target is over its cap', () => {
  fc.assert(
    fc.property(plan, limits, (recommendations, limit) => {
      const { decisions, approved, waiting, summary } = run(givenRun(recommendations), { config: rules(limit) });
      expect(decisions.map(({ recommendation }) => recommendation.guest).sort()).toEqual(
        recommendations.map(({ guest }) => guest).sort(),
      );
      expect(new Set(decisions.map(({ decision_id }) => decision_id)).size).toBe(decisions.length);
      expect(approved.length).toBeLessThanOrEqual(
        Math.min(limit.max_concurrent_migrations, limit.max_migrations_per_run),
      );
      expect(approved.map(({ decision_id }) => decision_id).sort()).toEqual(
        decisions
          .filter(({ action }) => action === 'pending')
          .map(({ decision_id }) => decision_id)
          .sort(),
      );
      expect(approved.length + summary.notes.length).toBeGreaterThan(0);
      expect(waiting.queue.filter(({ decision_id }) => approved.some((a) => a.decision_id === decision_id))).toEqual(
        [],
      );
      for (const target of ['pve2', 'pve3']) {
        const added = approved
          .filter((a) => a.target_node === target)
          .map((a) => a.expected.effect.target_after.cpu - 0.3);
        expect(added.reduce((sum, cpu) => sum + cpu, 0.3)).toBeLessThanOrEqual(0.85 + 1e-9);
      }
    }),
    { numRuns: 50 },
  );
});

test('what is said and kept has the form that it is declared in', () => {
  const { decisions, approved, summary, waiting } = run(givenRun(many(5, light)));
  const shape = (name: string) => [...events, ...records].find((e) => e.name === name)!.data;
  expect(shape('recommendation.decided').parse(decisions[0])).toEqual(decisions[0]);
  expect(shape('migration.approved').parse({ migration: approved[0] })).toEqual({ migration: approved[0] });
  expect(shape('run.decided').parse(summary)).toEqual(summary);
  expect(shape('current_run').parse(waiting)).toEqual(waiting);
});

test('a big run keeps within its budgets', () => {
  const crowd = Array.from({ length: 1500 }, (_, i) =>
    givenRecommendation(
      vary(light, { guest: `qemu/${1000 + i}`, rank: i + 1, name: 'x'.repeat(60), confidence_score: 60 + (i % 40) }),
    ),
  );
  const placements = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`qemu/${1000 + i}`, `pve${i % 3}`]));
  const identities = Object.fromEntries(Object.keys(placements).map((guest) => [guest, 'x'.repeat(41)]));
  const { decisions, summary, waiting } = run(givenRun(crowd, { placements, identities, scores: [] }), {
    config: rules({ max_migrations_per_run: 20 }),
  });
  const size = (value: unknown) => JSON.stringify(value).length;
  expect(decisions).toHaveLength(1500);
  expect(size(summary)).toBeLessThan(65_536);
  expect(size(waiting)).toBeLessThan(1_048_576);
  expect(waiting.generated).not.toHaveProperty('identities');
  expect(Math.max(...decisions.map(size))).toBeLessThan(65_536);
});

import { Config, type ConfigInput, type Counterfactual, type Limit, limitsOf } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { proposeSettings } from './propose-settings.ts';
import { sayBands } from './say-bands.ts';
import { sayHeldBack } from './say-held-back.ts';
import { heldByConfidence, summarizeHeldBack } from './summarize-held-back.ts';
import { wilson } from './wilson.ts';

const at = '2026-03-02T09:00:00.000Z';
const estimate = { expected: 10, low: 5, high: 15 };
const held = (filter: string, order: number, id: string, change: Partial<Counterfactual> = {}): Counterfactual => ({
  counterfactual_id: id,
  cluster: 'lab',
  horizon: '1h',
  guest: 'qemu/1',
  vmid: 1,
  name: 'web',
  source_node: 'a',
  target_node: 'b',
  held_by: { order, filter, action: 'filtered' },
  held_at: at,
  judged_at: at,
  expected_gain: estimate,
  would_have_gained: 12,
  error: 2,
  verdict: 'beneficial',
  confidence_score: 70,
  cost_benefit_ratio: 2,
  ...change,
});
const many = (n: number, filter: string, order: number, change: (i: number) => Partial<Counterfactual>) =>
  Array.from({ length: n }, (_, i) => held(filter, order, `${filter}-${i}`, change(i)));
const verdicts = (paying: number) => (i: number) => ({
  verdict: i < paying ? ('beneficial' as const) : ('harmful' as const),
});

const settings = Config.parse({});
const under =
  (config: Config) =>
  (c: Counterfactual): Counterfactual => ({
    ...c,
    held_by: { ...c.held_by, under: limitsOf(c.held_by, config) },
  });
const tally = (all: Counterfactual[]) => summarizeHeldBack(all.map(under(settings)), settings);

describe('what filters held back', () => {
  test('each move counts once, by the latest look at it, in the order of the ladder', () => {
    const looks = [
      held('pattern', 9, 'm', { horizon: '24h', verdict: 'harmful' }),
      held('pattern', 9, 'm', { horizon: '5m' }),
    ];
    const other = held('confidence', 4, 'n', { verdict: 'neutral' });
    for (const told of [looks, looks.toReversed()]) {
      const tallies = tally([...told, other]);
      expect(sayHeldBack(tallies, [])).toBe(
        'filter 4 (confidence) held back 1 move, of which 1 would not have paid\n' +
          'filter 9 (pattern) held back 1 move, of which 1 would not have paid, 1 of these would have done harm\n',
      );
    }
  });

  test('how well the confidence that was given foretold what they would have brought, each move by its latest look', () => {
    const all = [
      ...many(4, 'dry_run', 16, (i) => ({ ...verdicts(3)(i), confidence_score: 75 })),
      held('dry_run', 16, 'n', { verdict: 'neutral', confidence_score: 92 }),
      held('dry_run', 16, 'n', { verdict: 'harmful', confidence_score: 92, horizon: '5m' }),
    ];
    expect(heldByConfidence(all)).toEqual([
      { from: 70, to: 80, judged: 4, expected: 0.75, actual: 0.75 },
      { from: 90, to: 100, judged: 1, expected: 0.92, actual: 0 },
    ]);
    expect(sayBands(heldByConfidence(all))).toMatch(
      /^confidence +judged +expected +came\n +70–80 +4 +75 % +75 %\n +90–100 +1 +92 % +0 %\n/,
    );
  });

  test('only under the limits that are in force, with how many are left out', () => {
    const before = Config.parse({ automated_migrations: { rules: { min_confidence_score: 60 } } });
    const now = many(2, 'confidence', 4, verdicts(1)).map(under(settings));
    const older = [
      ...many(3, 'confidence', 4, verdicts(0)).map((c) =>
        under(before)({ ...c, counterfactual_id: `older ${c.counterfactual_id}` }),
      ),
      held('confidence', 4, 'unknown'),
    ];
    expect(sayHeldBack(summarizeHeldBack([...now, ...older], settings), [])).toBe(
      'filter 4 (confidence) held back 2 moves, of which 1 would not have paid, 1 of these would have done harm; left out are 4 of other limits than are in force\n',
    );
    expect(sayHeldBack(summarizeHeldBack(older, settings), [])).toBe(
      'filter 4 (confidence) held back 0 moves, of which 0 would not have paid; left out are 4 of other limits than are in force\n',
    );
    expect(summarizeHeldBack(many(3, 'tags_and_affinity', 10, verdicts(0)), settings)).toMatchObject([
      { moves: 3, left_out: 0 },
    ]);
  });

  test('as the administrator reads it', () => {
    const all = [...many(14, 'pattern', 9, verdicts(3)), held('dry_run', 16, 'd')];
    expect(sayHeldBack(tally(all), [])).toBe(
      'filter 9 (pattern) held back 14 moves, of which 11 would not have paid, 11 of these would have done harm\n' +
        'dry run held back 1 move, of which 0 would not have paid\n',
    );
    expect(sayHeldBack([], [])).toBe('no move that was held back is judged yet\n');
  });
});

/** With every filter at work, and the settings that each brings. */
const withFilters = ({ intelligent_migrations = {}, ...config }: ConfigInput = {}): Config =>
  Config.parse({
    ...config,
    intelligent_migrations: {
      ...{ enabled: true, risk_gating_enabled: true, trend_awareness_enabled: true, outcome_learning_enabled: true },
      ...{ pattern_suppression_enabled: true, cost_benefit_enabled: true, guest_success_tracking_enabled: true },
      ...intelligent_migrations,
    },
  });

const propose = (all: Counterfactual[], config: Config) => proposeSettings(all.map(under(config)), config);

describe('a better setting is proposed', () => {
  const say = (all: Counterfactual[], config: ConfigInput = {}) =>
    propose(all, withFilters(config)).map(({ setting, now, proposed }) => `${setting} ${now} ${proposed}`);
  const sure = verdicts(27);

  test.each([
    ['cooldown', 'automated_migrations.rules.cooldown_minutes 30 15'],
    ['persistence', 'intelligent_migrations.observation_periods 3 2'],
    ['trend', 'intelligent_migrations.trend_awareness_enabled true false'],
    ['risk', 'intelligent_migrations.risk_confidence_multiplier 1.2 1.1'],
  ])('where %s surely holds back what pays', (filter, proposal) => {
    expect(say(many(30, filter, 1, sure))).toEqual([proposal]);
  });

  const limited = (limit: Limit) =>
    many(30, 'limits', 15, (i) => ({
      ...sure(i),
      held_by: { order: 15, filter: 'limits', action: 'skipped', limit },
    }));

  test.each<[string, Limit, [number, number], string[]]>([
    ['the run is small', 'max_migrations_per_run', [3, 1], ['max_migrations_per_run 3 6']],
    ['slots are few', 'max_concurrent_migrations', [3, 1], ['max_concurrent_migrations 1 2']],
    ['slots are no more than a run may use', 'max_concurrent_migrations', [3, 2], ['max_concurrent_migrations 2 3']],
    ['a run uses no more slots', 'max_concurrent_migrations', [3, 3], []],
    ['another has just ended', 'grace_period_seconds', [3, 1], []],
  ])('of the limits the one that holds back, where %s', (_, limit, [perRun, concurrent], proposed) => {
    const rules = { max_migrations_per_run: perRun, max_concurrent_migrations: concurrent };
    expect(say(limited(limit), { automated_migrations: { rules } })).toEqual(
      proposed.map((change) => `automated_migrations.rules.${change}`),
    );
  });

  test.each([
    ['nobody noted which of the limits it was', many(30, 'limits', 15, sure)],
    ['too few are judged', many(19, 'trend', 7, verdicts(19))],
    ['it is not sure', many(30, 'trend', 7, verdicts(22))],
    ['an hour has not passed', many(30, 'trend', 7, () => ({ horizon: '5m' as const }))],
    ['it is not a matter of what pays', many(30, 'tags_and_affinity', 10, sure)],
    ['the setting is as easy as can be', many(30, 'persistence', 0, sure)],
  ])('not where %s', (_, all) => {
    expect(say(all, { intelligent_migrations: { observation_periods: 2 } })).toEqual([]);
  });

  test.each([
    ['persistence', 'enabled', 'observation_periods 3 2'],
    ['cycle', 'cycle_detection_enabled', 'cycle_window_hours 48 24'],
    ['risk', 'risk_gating_enabled', 'risk_confidence_multiplier 1.2 1.1'],
    ['trend', 'trend_awareness_enabled', 'trend_awareness_enabled true false'],
    ['outcome', 'outcome_learning_enabled', 'outcome_learning_enabled true false'],
    ['pattern', 'pattern_suppression_enabled', 'pattern_suppression_enabled true false'],
    ['cost_benefit', 'cost_benefit_enabled', 'min_cost_benefit_ratio 1 0.5'],
    ['guest_success', 'guest_success_tracking_enabled', 'guest_success_tracking_enabled true false'],
  ])('for %s only as long as it is on', (filter, toggle, change) => {
    const all = many(30, filter, 1, sure);
    expect(say(all)).toEqual([`intelligent_migrations.${change}`]);
    expect(say(all, { intelligent_migrations: { [toggle]: false } })).toEqual([]);
  });

  test('confidence: the lowest threshold above which what was held back surely pays', () => {
    const all = many(60, 'confidence', 4, (i) => ({
      confidence_score: i < 30 ? 70 : 40,
      verdict: i < 29 ? 'beneficial' : 'harmful',
    }));
    expect(say(all)).toEqual(['automated_migrations.rules.min_confidence_score 75 45']);
    expect(say(many(60, 'confidence', 4, verdicts(20)))).toEqual([]);
  });

  test.each([
    ['cooldown', { automated_migrations: { rules: { cooldown_minutes: 15 } } }],
    ['cost_benefit', { intelligent_migrations: { min_cost_benefit_ratio: 3 } }],
    ['risk', { automated_migrations: { rules: { min_confidence_score: 60 } } }],
  ])('%s: not by what another limit held back', (filter, config) => {
    const all = many(30, filter, 1, sure).map(under(withFilters(config)));
    expect(proposeSettings(all, withFilters(config))).toHaveLength(1);
    expect(proposeSettings(all, withFilters())).toEqual([]);
    expect(proposeSettings(many(30, filter, 1, sure), withFilters())).toEqual([]);
  });

  test('what passed under less confidence than is asked now says nothing of it', () => {
    const all = many(80, 'dry_run', 16, (i) => ({
      confidence_score: i < 25 ? 96 : 60,
      verdict: i < 25 ? 'beneficial' : 'neutral',
    }));
    expect(say(all)).toEqual([]);
  });

  test('more confidence, where what passed every filter surely does not pay', () => {
    const all = many(80, 'dry_run', 16, (i) => ({
      confidence_score: i < 25 ? 96 : 80,
      verdict: i < 25 ? 'beneficial' : 'neutral',
    }));
    expect(say(all)).toEqual(['automated_migrations.rules.min_confidence_score 75 85']);
  });

  test('and said to be no more than that', () => {
    const proposals = propose(many(30, 'trend', 7, sure), withFilters());
    expect(sayHeldBack(tally(many(30, 'trend', 7, sure)), proposals)).toContain(
      'proposal, not applied: intelligent_migrations.trend_awareness_enabled false instead of true: of 30 moves that trend held back 27 would have paid',
    );
  });
});

test('the interval of a share', () => {
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  expect(wilson(18, 20).low).toBeCloseTo(0.739, 2);
  expect(wilson(18, 20).high).toBeCloseTo(0.966, 2);
});

import { type Config, type Counterfactual, isInForce } from '@evenkeel/contracts';
import { latestHeld } from './summarize-held-back.ts';
import { wilson } from './wilson.ts';

/** A setting that the evidence speaks for; nobody applies it but a person. */
export type Proposal = { setting: string; now: number | boolean; proposed: number | boolean; because: string };

type Change = Pick<Proposal, 'setting' | 'now' | 'proposed'>;
type Rows = readonly Counterfactual[];
type Easing = (config: Config, held: Rows) => Change | undefined;

/** Moves that must have been judged an hour after at least, and the share of them that surely pays, or surely does not. */
const evidence = { moves: 20, pays: 0.65, fails: 0.5 };

const paid = (rows: Rows): number => rows.filter(({ verdict }) => verdict === 'beneficial').length;
const surelyPay = (rows: Rows): boolean =>
  rows.length >= evidence.moves && wilson(paid(rows), rows.length).low > evidence.pays;
const surelyFail = (rows: Rows): boolean =>
  rows.length >= evidence.moves && wilson(paid(rows), rows.length).high < evidence.fails;

/** What switches a filter: of one that is off by now, nothing is to be eased. */
const toggles: Partial<Record<string, keyof Config['intelligent_migrations']>> = {
  persistence: 'enabled',
  cycle: 'cycle_detection_enabled',
  risk: 'risk_gating_enabled',
  trend: 'trend_awareness_enabled',
  outcome: 'outcome_learning_enabled',
  pattern: 'pattern_suppression_enabled',
  cost_benefit: 'cost_benefit_enabled',
  guest_success: 'guest_success_tracking_enabled',
};

function isOff(holder: string, { intelligent_migrations }: Config): boolean {
  const toggle = toggles[holder];
  return toggle !== undefined && !intelligent_migrations[toggle];
}

const learning =
  (name: keyof Config['intelligent_migrations'], ease: (now: number) => number): Easing =>
  ({ intelligent_migrations }) => {
    const now = Number(intelligent_migrations[name]);
    return changed(`intelligent_migrations.${name}`, now, ease(now));
  };
const rule =
  (
    name: 'cooldown_minutes' | 'rollback_window_hours' | 'max_migrations_per_run' | 'max_concurrent_migrations',
    ease: (now: number) => number,
  ): Easing =>
  ({ automated_migrations: { rules } }) =>
    changed(`automated_migrations.rules.${name}`, rules[name], ease(rules[name]));
const off =
  (name: keyof Config['intelligent_migrations']): Easing =>
  () => ({ setting: `intelligent_migrations.${name}`, now: true, proposed: false });
const changed = (setting: string, now: number, proposed: number): Change | undefined =>
  proposed === now ? undefined : { setting, now, proposed };

/** The lowest of the thresholds below the one in force above which what was held back surely pays. */
function lower(
  setting: string,
  now: number,
  steps: readonly number[],
  rows: Rows,
  figureOf: (c: Counterfactual) => number,
) {
  const found = steps
    .filter((step) => step < now && surelyPay(rows.filter((c) => figureOf(c) >= step)))
    .sort((a, b) => a - b)[0];
  return found === undefined ? undefined : { setting, now, proposed: found };
}

const confidenceSteps = Array.from({ length: 20 }, (_, i) => 5 * i);
const ratioSteps = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.5, 2, 3, 4];
const minConfidence = 'automated_migrations.rules.min_confidence_score';

/**
 * What would let through what a filter holds back, or one of the limits. Safety, conflicts, tags and rules are no matter of what pays,
 * nor is how long a cluster rests after a migration.
 */
const easings: Record<string, Easing> = {
  persistence: learning('observation_periods', (n) => Math.max(2, n - 1)),
  cooldown: rule('cooldown_minutes', (n) => Math.floor(n / 2)),
  rollback: rule('rollback_window_hours', (n) => n / 2),
  cycle: learning('cycle_window_hours', (n) => Math.max(12, Math.floor(n / 2))),
  confidence: ({ automated_migrations: { rules } }, held) =>
    lower(minConfidence, rules.min_confidence_score, confidenceSteps, held, (c) => c.confidence_score),
  risk: learning('risk_confidence_multiplier', (n) => Math.max(1, Math.round(10 * n - 1) / 10)),
  trend: off('trend_awareness_enabled'),
  outcome: off('outcome_learning_enabled'),
  pattern: off('pattern_suppression_enabled'),
  cost_benefit: ({ intelligent_migrations: i }, held) =>
    lower(
      'intelligent_migrations.min_cost_benefit_ratio',
      i.min_cost_benefit_ratio,
      ratioSteps,
      held,
      (c) => c.cost_benefit_ratio,
    ),
  guest_success: off('guest_success_tracking_enabled'),
  max_migrations_per_run: rule('max_migrations_per_run', (n) => Math.min(100, 2 * n)),
  max_concurrent_migrations: (config, held) => {
    const { max_migrations_per_run: useful } = config.automated_migrations.rules;
    return rule('max_concurrent_migrations', (n) => Math.max(n, Math.min(50, useful, 2 * n)))(config, held);
  },
};

/** The limit that held a move back, else the filter. */
const holderOf = ({ held_by }: Counterfactual): string => held_by.limit ?? held_by.filter;

/** What passed every filter and only was not to move: where that surely does not pay, more confidence should be asked. */
function stricter(config: Config, rows: Rows): Proposal[] {
  const now = config.automated_migrations.rules.min_confidence_score;
  const free = rows.filter(
    ({ held_by: { filter }, confidence_score }) =>
      (filter === 'dry_run' || filter === 'mode') && confidence_score >= now,
  );
  const proposed = confidenceSteps.find(
    (step) => step > now && surelyPay(free.filter((c) => c.confidence_score >= step)),
  );
  if (!surelyFail(free) || proposed === undefined) return [];
  const because = `of ${free.length} moves that passed every filter ${free.length - paid(free)} would not have paid`;
  return [{ setting: minConfidence, now, proposed, because }];
}

/** Settings that would surely let through more that pays, or less that does not; none where little is known. */
export function proposeSettings(all: readonly Counterfactual[], config: Config): Proposal[] {
  const rows = latestHeld(all).filter(({ horizon, held_by }) => horizon !== '5m' && isInForce(held_by, config));
  const easier = Object.entries(easings).flatMap(([holder, ease]): Proposal[] => {
    if (isOff(holder, config)) return [];
    const held = rows.filter((row) => holderOf(row) === holder);
    const threshold = holder === 'confidence' || holder === 'cost_benefit';
    const change = threshold || surelyPay(held) ? ease(config, held) : undefined;
    if (!change) return [];
    const because = `of ${held.length} moves that ${holder} held back ${paid(held)} would have paid`;
    return [{ ...change, because }];
  });
  return [...easier, ...stricter(config, rows)];
}

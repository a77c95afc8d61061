import type { Config } from './config/config.ts';
import type { Limit } from './migration.ts';

/** What says no to a move: a step of the ladder, or one of the limits of a run. */
type Holder = { filter: string; limit?: Limit | undefined };

const rules = ({ automated_migrations: { rules: r } }: Config) => r;
const caps = ({ automated_migrations: { safety_checks: s } }: Config): Record<string, number> => ({
  max_node_cpu_percent: s.max_node_cpu_percent,
  max_node_memory_percent: s.max_node_memory_percent,
});

const limits: Record<string, (config: Config) => Record<string, number>> = {
  persistence: ({ intelligent_migrations: i }) => ({
    observation_periods: i.observation_periods,
    observation_window_hours: i.observation_window_hours,
    minimum_data_collection_hours: i.minimum_data_collection_hours,
  }),
  cooldown: (c) => ({ cooldown_minutes: rules(c).cooldown_minutes }),
  rollback: (c) => ({ rollback_window_hours: rules(c).rollback_window_hours }),
  cycle: ({ intelligent_migrations: i }) => ({ cycle_window_hours: i.cycle_window_hours }),
  confidence: (c) => ({ min_confidence_score: rules(c).min_confidence_score }),
  conflict: caps,
  risk: (c) => ({
    min_confidence_score: rules(c).min_confidence_score,
    risk_confidence_multiplier: c.intelligent_migrations.risk_confidence_multiplier,
  }),
  trend: ({ recommendation_thresholds: t }) => ({ recommendation_thresholds_cpu: t.cpu }),
  cost_benefit: ({ intelligent_migrations: i }) => ({ min_cost_benefit_ratio: i.min_cost_benefit_ratio }),
  improvement: caps,
  max_migrations_per_run: (c) => ({ max_migrations_per_run: rules(c).max_migrations_per_run }),
  max_concurrent_migrations: (c) => ({ max_concurrent_migrations: rules(c).max_concurrent_migrations }),
  grace_period_seconds: (c) => ({ grace_period_seconds: rules(c).grace_period_seconds }),
};

/** The options by whose values a step says no, with those values; none where it goes by no figure that is configured. */
export const limitsOf = ({ filter, limit }: Holder, config: Config): Record<string, number> =>
  limits[limit ?? filter]?.(config) ?? {};

/** Whether what held a move back is what a configuration asks, too; a limit that nobody noted is not. */
export const isInForce = (held: Holder & { under?: Record<string, number> | undefined }, config: Config): boolean =>
  Object.entries(limitsOf(held, config)).every(([option, value]) => held.under?.[option] === value);

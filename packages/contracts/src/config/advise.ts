import type { ScheduleWindow } from './automated-migrations.ts';
import type { ClusterConfig, Config } from './config.ts';
import { openMinutes } from './open-minutes.ts';
import { warnOf } from './warn-of.ts';

export type Advice = { in_force: string[]; warnings: string[] };

const list = (words: readonly string[]): string => (words.length > 0 ? words.join(', ') : 'none');

const cluster = ({ name, hosts, timezone }: ClusterConfig): string =>
  `cluster ${name}: ${hosts.join(', then ')}; hours of the day in ${timezone}`;

const window =
  (fallback: string) =>
  (w: ScheduleWindow): string =>
    `${w.name} (${w.days.join(' ')} ${w.start_time}-${w.end_time} ${w.timezone ?? fallback})`;

function scheduleOf({ schedule }: Config['automated_migrations']): string[] {
  const on = (windows: ScheduleWindow[]) => windows.filter(({ enabled }) => enabled).map(window(schedule.timezone));
  const [allowed, forbidden] = [on(schedule.migration_windows), on(schedule.blackout_windows)];
  const open = openMinutes(schedule);
  const hours = open === undefined ? '' : `; open ${Math.round(open / 6) / 10} of 168 hours a week`;
  if (allowed.length + forbidden.length === 0) return ['migrations may start at any time'];
  return [
    `migrations start in: ${allowed.length > 0 ? list(allowed) : 'any time'}; never in: ${list(forbidden)}${hours}`,
  ];
}

function featuresOf({ intelligent_migrations: i, penalty_config: { seasonal_baseline } }: Config): string[] {
  const all = [
    ['persistence', i.enabled],
    ['cycles', i.cycle_detection_enabled],
    ['risk', i.risk_gating_enabled],
    ['trend', i.trend_awareness_enabled],
    ['outcomes', i.outcome_learning_enabled],
    ['patterns', i.pattern_suppression_enabled],
    ['cost and benefit', i.cost_benefit_enabled],
    ['guest success', i.guest_success_tracking_enabled],
    ['counterfactuals', i.counterfactual_learning_enabled],
    ['seasonal baselines', seasonal_baseline.enabled],
  ] as const;
  const named = (wanted: boolean) => list(all.filter(([, on]) => on === wanted).map(([name]) => name));
  return [`learning on: ${named(true)}; off: ${named(false)}`];
}

function limitsOf({ automated_migrations: a, intelligent_migrations: i, collection }: Config): string[] {
  const { rules, safety_checks: safety } = a;
  const seen = i.enabled ? `, each seen in ${i.observation_periods} runs within ${i.observation_window_hours} h` : '';
  return [
    `a look every ${collection.sample_interval_seconds} s, a run every ${a.check_interval_minutes} min${seen}`,
    `at most ${rules.max_migrations_per_run} migrations a run, ${rules.max_concurrent_migrations} at a time; a guest rests ${rules.cooldown_minutes} min after a move`,
    `confidence at least ${rules.min_confidence_score}; a target stays below ${safety.max_node_cpu_percent} % CPU and ${safety.max_node_memory_percent} % memory`,
  ];
}

/** What is in force under a configuration, and what an administrator should know of it. */
export const adviceOf = (config: Config): Advice => ({
  in_force: [
    ...config.clusters.map(cluster),
    `mode ${config.mode}${config.automated_migrations.dry_run ? ', dry run' : ''}`,
    ...limitsOf(config),
    ...scheduleOf(config.automated_migrations),
    ...featuresOf(config),
  ],
  warnings: warnOf(config),
});

/** The same as text, for a terminal. */
export function advise(config: Config): string {
  const { in_force, warnings } = adviceOf(config);
  const lines = (heading: string, items: string[]) =>
    items.length > 0 ? [heading, ...items.map((item) => `  ${item}`)] : [];
  return [...lines('In force:', in_force), ...lines('Note:', warnings)].join('\n');
}

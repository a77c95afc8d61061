import { type Option, optionAt } from '../option.ts';
import { convertValue } from './convert-value.ts';
import { type Change, changed, type Draft, dropped, moved, notUnderstood } from './draft.ts';
import { toggles } from './take-levels.ts';

const section = (from: string, to: string, names: readonly string[]): [string, string][] =>
  names.map((name) => [`${from}.${name}`, `${to}.${name}`]);
const same = (path: string, names: readonly string[]) => section(path, path, names);

const rules = 'automated_migrations.rules';
const learning = [
  'enabled',
  'observation_periods',
  'observation_window_hours',
  'minimum_data_collection_hours',
  'risk_confidence_multiplier',
  'min_cost_benefit_ratio',
  'cycle_window_hours',
  ...toggles,
];
const scoring = [
  'cluster_convergence_threshold',
  'seasonal_baseline.enabled',
  'seasonal_baseline.sigma_threshold',
  'min_score_improvement',
  'weight_current',
  'weight_24h',
  'weight_7d',
];

/** Options that are options here too: where they stand there and here. Of two for one, the first has the word, as it had there. */
const options: [from: string, to: string][] = [
  ...same('recommendation_thresholds', ['cpu', 'mem', 'iowait']),
  ...section('penalty_scoring', 'penalty_config', scoring),
  ...same('penalty_config', scoring),
  ...same('distribution_balancing', ['enabled', 'guest_count_threshold', 'max_cpu_cores', 'max_memory_gb']),
  ...same('automated_migrations', ['check_interval_minutes', 'maintenance_nodes', 'migration_poll_timeout_seconds']),
  ...same(rules, [
    'min_confidence_score',
    'max_migrations_per_run',
    'max_concurrent_migrations',
    'cooldown_minutes',
    'grace_period_seconds',
    'respect_ignore_tags',
    'respect_exclude_affinity',
    'respect_affinity_rules',
    'require_auto_migrate_ok_tag',
  ]),
  ...same('automated_migrations.safety_checks', [
    'check_cluster_health',
    'require_quorum',
    'verify_before_migrate',
    'max_node_cpu_percent',
    'max_node_memory_percent',
    'abort_on_failure',
  ]),
  ...section(`${rules}.intelligent_migrations`, 'intelligent_migrations', learning),
  ...same('intelligent_migrations', learning),
];

const text = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));

function takeOption(draft: Draft, from: string, to: string, root: Option): Change[] {
  const found = draft.take(from);
  if (found === undefined) return [];
  const before = draft.get(to);
  if (before !== undefined) {
    const why = 'another place, or the intelligence level, has the word';
    return [dropped(from, found, `${to} = ${text(before)}`, why)];
  }
  const option = optionAt(to.split('.'), root)!;
  const converted = convertValue(found, option);
  if ('refused' in converted) {
    return [notUnderstood(from, found, `${to} = ${text(option.default)}, the default`, converted.refused)];
  }
  const { value, why } = converted;
  draft.put(to, value);
  if (why !== undefined) return [changed(from, found, `${to} = ${text(value)}`, why)];
  return from === to ? [] : [moved(from, found, to, 'it has its place there')];
}

/** Takes over every option that means the same here. */
export function takeOptions(draft: Draft, root: Option): void {
  for (const [from, to] of options) draft.note(...takeOption(draft, from, to, root));
}

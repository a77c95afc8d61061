import type { ClusterConfig, Config } from './config.ts';
import { configFor } from './config-for.ts';
import { inEveryCluster } from './in-every-cluster.ts';
import { openMinutes } from './open-minutes.ts';

type Warning = { when: (config: Config) => boolean; say: (config: Config) => string };

const acts = ({ mode, automated_migrations: { enabled, dry_run } }: Config) =>
  enabled && !dry_run && (mode === 'auto' || mode === 'approve');

const moving: Warning[] = [
  {
    when: ({ clusters }) => clusters.length === 0,
    say: () => 'clusters is empty: nothing is watched, unless the environment names a cluster',
  },
  {
    when: ({ automated_migrations }) => !automated_migrations.enabled,
    say: () =>
      'automated_migrations.enabled is off: clusters are watched, but no run takes place and nothing is recommended',
  },
  { when: ({ mode }) => mode === 'observe', say: () => 'mode is observe: decisions are made and shown, nothing moves' },
  { when: ({ mode }) => mode === 'recommend', say: () => 'mode is recommend: moves are recommended, none is made' },
  {
    when: ({ mode }) => mode === 'approve',
    say: () => 'mode is approve: each move waits until somebody says `evenkeel approve`',
  },
  {
    when: ({ mode, automated_migrations }) => (mode === 'auto' || mode === 'approve') && automated_migrations.dry_run,
    say: () => 'automated_migrations.dry_run is on: everything is decided and shown, nothing moves',
  },
];

const guards = ['check_cluster_health', 'require_quorum', 'verify_before_migrate'] as const;

const dangerous: Warning[] = [
  {
    when: ({ automated_migrations: { safety_checks } }) => guards.some((name) => !safety_checks[name]),
    say: ({ automated_migrations: { safety_checks } }) =>
      `safety checks are off: ${guards.filter((name) => !safety_checks[name]).join(', ')}`,
  },
  {
    when: ({ automated_migrations: { rules } }) => rules.allow_container_restarts,
    say: () => 'allow_container_restarts is on: a container that moves restarts, and is down meanwhile',
  },
  {
    when: ({ automated_migrations: { rules } }) => rules.cooldown_minutes === 0 && rules.rollback_window_hours === 0,
    say: () => 'cooldown_minutes and rollback_window_hours are 0: a guest may go to and fro',
  },
  {
    when: ({ automated_migrations: { rules } }) => rules.max_concurrent_migrations > rules.max_migrations_per_run,
    say: ({ automated_migrations: { rules } }) =>
      `max_concurrent_migrations ${rules.max_concurrent_migrations} is never reached: a run approves ${rules.max_migrations_per_run} at most`,
  },
  {
    when: ({ automated_migrations: { safety_checks }, recommendation_thresholds: { cpu } }) =>
      cpu >= safety_checks.max_node_cpu_percent,
    say: ({ automated_migrations: { safety_checks }, recommendation_thresholds: { cpu } }) =>
      `recommendation_thresholds.cpu ${cpu} is not below max_node_cpu_percent ${safety_checks.max_node_cpu_percent}: a node is full before it counts as loaded`,
  },
  {
    when: ({ automated_migrations: { safety_checks }, recommendation_thresholds: { mem } }) =>
      mem >= safety_checks.max_node_memory_percent,
    say: ({ automated_migrations: { safety_checks }, recommendation_thresholds: { mem } }) =>
      `recommendation_thresholds.mem ${mem} is not below max_node_memory_percent ${safety_checks.max_node_memory_percent}: a node is full before it counts as loaded`,
  },
];

/** Nodes that are to be emptied and to be ignored; of several clusters, after their cluster. */
function neverEmptied(config: Config): string[] {
  const clusters = config.clusters.length > 0 ? config.clusters.map(({ name }) => name) : [undefined];
  return clusters.flatMap((cluster) => {
    const { nodes, automated_migrations } = configFor(config, cluster);
    const ignored = automated_migrations.maintenance_nodes.filter((name) => nodes[name]?.ignore);
    return clusters.length > 1 ? ignored.map((name) => `${cluster}/${name}`) : ignored;
  });
}

const never: Warning[] = [
  {
    when: ({ automated_migrations: { rules }, intelligent_migrations: i }) =>
      i.risk_gating_enabled && rules.min_confidence_score * i.risk_confidence_multiplier >= 100,
    say: ({ automated_migrations: { rules }, intelligent_migrations: i }) =>
      `min_confidence_score ${rules.min_confidence_score} × risk_confidence_multiplier ${i.risk_confidence_multiplier} is 100 or more: no high-risk migration ever passes`,
  },
  {
    when: ({ automated_migrations: { rules } }) => rules.min_confidence_score >= 99,
    say: ({ automated_migrations: { rules } }) =>
      `min_confidence_score ${rules.min_confidence_score}: hardly any prediction is that sure`,
  },
  {
    when: ({ automated_migrations: { schedule } }) => openMinutes(schedule) === 0,
    say: () => 'the windows leave no minute of the week in which a migration may start',
  },
  {
    when: ({ automated_migrations: { schedule } }) =>
      schedule.migration_windows.length > 0 && schedule.migration_windows.every(({ enabled }) => !enabled),
    say: () => 'every migration window is off: migrations may start at any time',
  },
  {
    when: (config) => neverEmptied(config).length > 0,
    say: (config) =>
      `${neverEmptied(config).join(', ')}: in maintenance_nodes, but ignored in nodes, so it is not emptied`,
  },
];

type Learning = Config['intelligent_migrations'];
/** Options that only count where their toggle is on. */
const depends: [option: keyof Learning, toggle: keyof Learning, fallback: number][] = [
  ['observation_periods', 'enabled', 3],
  ['observation_window_hours', 'enabled', 1],
  ['minimum_data_collection_hours', 'enabled', 0],
  ['risk_confidence_multiplier', 'risk_gating_enabled', 1.2],
  ['min_cost_benefit_ratio', 'cost_benefit_enabled', 1],
  ['cycle_window_hours', 'cycle_detection_enabled', 48],
];

const idle = ({ intelligent_migrations: i }: Config): string[] =>
  depends
    .filter(([option, toggle, fallback]) => i[option] !== fallback && !i[toggle])
    .map(
      ([option, toggle]) =>
        `intelligent_migrations.${option} is ${i[option]}, but ${toggle} is off: it changes nothing`,
    );

const perCluster = (config: Config, lacksToken: LacksToken): string[] =>
  config.clusters.flatMap((cluster) => [
    ...(acts(config) && lacksToken(cluster)
      ? [
          `cluster ${cluster.name} has no write_token_file: nothing can be moved there, unless the environment gives the token`,
        ]
      : []),
    ...(cluster.fingerprints.length === 0 && cluster.ca_file === undefined
      ? [
          `cluster ${cluster.name} has neither fingerprints nor ca_file: only a certificate of a public authority is trusted, which Proxmox does not have by itself`,
        ]
      : []),
  ]);

type LacksToken = (cluster: ClusterConfig) => boolean;
const namesNone: LacksToken = ({ write_token_file }) => write_token_file === undefined;

/**
 * What an administrator should know of a valid configuration, one sentence each; the first ones say whether anything moves at all.
 * Whoever knows the environment says which clusters lack a token that moves guests.
 */
export function warnOf(config: Config, lacksToken: LacksToken = namesNone): string[] {
  const said = [...moving, ...never, ...dangerous].filter(({ when }) => when(config)).map(({ say }) => say(config));
  return [...said, ...inEveryCluster(config), ...perCluster(config, lacksToken), ...idle(config)];
}

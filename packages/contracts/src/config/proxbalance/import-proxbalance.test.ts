import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Config } from '../config.ts';
import type { PathKey } from '../option.ts';
import { parseConfig } from '../parse-config.ts';
import { dotted } from '../problem.ts';
import { formatChanges, importProxBalance } from './import-proxbalance.ts';

const secret = '12345678-90ab-cdef-1234-567890abcdef';

/** A file as a user of some years has it: every section, some values out of our ranges, all kinds of secrets. */
const lived = {
  _comment: 'written by the installer',
  api_key: secret,
  cors_origins: [],
  collection_interval_minutes: 60,
  ui_refresh_interval_minutes: 15,
  proxmox_host: 'https://pve1.example.org:8006/',
  proxmox_port: 8006,
  proxmox_auth_method: 'api_token',
  proxmox_api_token_id: 'root@pam!proxbalance',
  proxmox_api_token_secret: secret,
  proxmox_verify_ssl: false,
  rollback_window_hours: 2,
  ai_provider: 'none',
  ai_recommendations_enabled: false,
  ai_config: { openai: { api_key: secret, model: 'gpt-4o' }, local: { base_url: 'http://localhost:11434' } },
  collection_optimization: { cluster_size: 'medium', max_parallel_workers: 5 },
  recommendation_thresholds: { cpu: 60, mem: '70', iowait: 3 },
  penalty_scoring: {
    cpu_extreme_penalty: 100,
    min_score_improvement: 15,
    maintenance_score_boost: 100,
    weight_current: 0.5,
    weight_24h: 0.3,
    weight_7d: 0.2,
    cluster_convergence_threshold: 8.0,
    seasonal_baseline: { enabled: true, sigma_threshold: 2.5 },
  },
  migration_settings: { sensitivity: 3, trend_weight: 0.4, lookback_days: 7 },
  distribution_balancing: { enabled: false, guest_count_threshold: 2, max_cpu_cores: 2, max_memory_gb: 4 },
  automated_migrations: {
    enabled: true,
    dry_run: false,
    check_interval_minutes: 5,
    maintenance_nodes: ['pve3'],
    rules: {
      min_confidence_score: 75,
      max_migrations_per_run: 20,
      max_concurrent_migrations: 3,
      cooldown_minutes: 30,
      cooldown_reset_at: '2026-03-01T00:00:00Z',
      grace_period_seconds: 30,
      respect_ignore_tags: true,
      respect_exclude_tags: true,
      respect_exclude_affinity: true,
      require_auto_migrate_ok_tag: false,
      intelligent_migrations: {
        enabled: true,
        intelligence_level: 'standard',
        observation_periods: 3,
        observation_window_hours: 72,
        minimum_data_collection_hours: 24,
        risk_confidence_multiplier: 5,
        min_cost_benefit_ratio: 0.1,
        cycle_window_hours: 72,
        stale_retention_hours: 48,
        trend_awareness_enabled: true,
      },
    },
    safety_checks: { check_cluster_health: true, max_node_memory_percent: 90, max_node_cpu_percent: 85 },
    schedule: {
      timezone: 'Europe/Vienna',
      migration_windows: [
        { name: 'nights', enabled: true, days: ['friday', 'saturday'], start_time: '22:00', end_time: '06:00' },
        { name: 'noon', days: ['Mon', 'tuesday'], start_time: '9:30', end_time: '12:00', timezone: 'UTC' },
      ],
      blackout_windows: [],
    },
    notifications: { enabled: true, providers: { discord: { webhook_url: `https://discord/${secret}` } } },
  },
};

const imported = (file: unknown): { config: Config; told: string[] } => {
  const { config, changes } = importProxBalance(file);
  const parsed = parseConfig(config);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ sentence }) => sentence).join('\n'));
  return { config: parsed.config, told: formatChanges(changes).split('\n') };
};
const intelligent = (section: object) => ({
  automated_migrations: { rules: { intelligent_migrations: section } },
});

describe('a file that has been lived with', () => {
  const { config, told } = imported(lived);

  test('keeps what means the same here', () => {
    expect(config).toMatchObject({
      clusters: [{ name: 'proxmox', hosts: ['pve1.example.org'], timezone: 'Europe/Vienna' }],
      mode: 'auto',
      recommendation_thresholds: { cpu: 60, mem: 70, iowait: 5 },
      penalty_config: { min_score_improvement: 15, seasonal_baseline: { enabled: true, sigma_threshold: 2.5 } },
      collection: { sample_interval_seconds: 300 },
      intelligent_migrations: {
        enabled: true,
        observation_window_hours: 48,
        minimum_data_collection_hours: 24,
        risk_confidence_multiplier: 2,
        min_cost_benefit_ratio: 0.5,
        cycle_window_hours: 72,
        cycle_detection_enabled: true,
        cost_benefit_enabled: true,
        outcome_learning_enabled: true,
        guest_success_tracking_enabled: true,
        trend_awareness_enabled: false,
        risk_gating_enabled: false,
      },
      automated_migrations: {
        dry_run: true,
        maintenance_nodes: ['pve3'],
        rules: { max_migrations_per_run: 20, max_concurrent_migrations: 3, rollback_window_hours: 24 },
        schedule: {
          timezone: 'Europe/Vienna',
          migration_windows: [
            { name: 'nights', days: ['friday', 'saturday'], start_time: '22:00', end_time: '06:00' },
            { name: 'noon', days: ['monday', 'tuesday'], start_time: '09:30', end_time: '12:00', timezone: 'UTC' },
          ],
        },
      },
    });
  });

  test.each([
    'changed: recommendation_thresholds.mem: "70" -> recommendation_thresholds.mem = 70 (it was text)',
    'changed: recommendation_thresholds.iowait: 3 -> recommendation_thresholds.iowait = 5 (allowed from 5 to 95)'.replace(
      '95',
      '60',
    ),
    'moved: proxmox_host: "https://pve1.example.org:8006/" -> clusters[0].hosts[0] = pve1.example.org (clusters are a list)',
    'moved: penalty_scoring.min_score_improvement: 15 -> penalty_config.min_score_improvement (it has its place there)',
    'changed: automated_migrations.dry_run: false -> automated_migrations.dry_run = true (an import moves nothing by itself: look at its decisions, stop ProxBalance, then set it to false)',
    'changed: automated_migrations.enabled: true -> mode = auto (how far it goes by itself is a mode here)',
    'dropped: automated_migrations.rules.respect_exclude_tags: true -> nothing (nothing in ProxBalance reads it)',
    'dropped: _comment: "written by the installer" -> nothing (a comment)',
    'dropped: proxmox_api_token_secret: a value that is not shown -> nothing (secrets are not copied: put a token into the file that read_token_file names)',
  ])('says: %s', (line) => expect(told).toContain(line));

  test('leaves nothing that it does not understand', () => {
    expect(told.filter((line) => line.startsWith('not understood'))).toEqual([]);
  });

  test('shows and copies no secret', () => {
    expect(JSON.stringify([config, told])).not.toContain(secret);
  });
});

describe("the seed's own examples stand at the root", () => {
  test.each([
    [{ enabled: true, observation_periods: 3, observation_window_hours: 1, minimum_data_collection_hours: 0 }],
    [{ risk_gating_enabled: true, risk_confidence_multiplier: 1.2 }],
    [{ trend_awareness_enabled: true }],
    [{ outcome_learning_enabled: true }],
    [{ pattern_suppression_enabled: true }],
    [{ cost_benefit_enabled: true, min_cost_benefit_ratio: 1.0 }],
    [{ cycle_detection_enabled: true, cycle_window_hours: 48 }],
    [{ guest_success_tracking_enabled: true }],
  ])('intelligent_migrations %j', (section) => {
    const { config, told } = imported({ intelligent_migrations: section });
    expect(config.intelligent_migrations).toMatchObject(section);
    expect(told).toEqual([expect.stringContaining('added: mode = recommend')]);
  });

  test.each([
    [{ cluster_convergence_threshold: 8.0 }],
    [{ seasonal_baseline: { enabled: true, sigma_threshold: 2.0 } }],
  ])('penalty_config %j', (section) =>
    expect(imported({ penalty_config: section }).config.penalty_config).toMatchObject(section),
  );
});

describe('what the file means', () => {
  test.each([
    ['basic', 1],
    ['standard', 4],
    ['full', 7],
  ])('level %s switches on %i features', (level, count) => {
    const { config } = imported(intelligent({ intelligence_level: level, trend_awareness_enabled: true }));
    const { enabled, ...rest } = config.intelligent_migrations;
    expect(enabled).toBe(false);
    expect(Object.values(rest).filter((value) => value === true)).toHaveLength(count);
  });

  test('without a level each toggle has its own say', () => {
    const { config } = imported(intelligent({ cycle_detection_enabled: false, risk_gating_enabled: 'yes' }));
    expect(config.intelligent_migrations).toMatchObject({ cycle_detection_enabled: false, risk_gating_enabled: true });
  });

  test('of two places the one that ProxBalance reads has the word, and the other is named', () => {
    const { config, told } = imported({
      ...intelligent({ observation_periods: 4 }),
      intelligent_migrations: { observation_periods: 5, intelligence_level: 'full' },
    });
    expect(config.intelligent_migrations).toMatchObject({ observation_periods: 4, risk_gating_enabled: false });
    expect(told.filter((line) => line.startsWith('dropped: intelligent_migrations.'))).toHaveLength(2);
  });

  test('the simple form fills in what the full options leave out', () => {
    const { config } = imported({
      penalty_scoring: { min_score_improvement: 20 },
      migration_settings: { sensitivity: 1, trend_weight: 0.4 },
    });
    expect(config.penalty_config).toMatchObject({
      min_score_improvement: 20,
      cluster_convergence_threshold: 12,
      weight_current: 0.6,
      weight_24h: 0.2,
      weight_7d: 0.2,
    });
  });

  test.each([
    ['pve1', 8006, 'pve1'],
    ['10.0.0.5', '8443', '10.0.0.5:8443'],
    ['http://pve1:443/api2', undefined, 'pve1:443'],
    ['fd00::5', 8006, '[fd00::5]'],
    ['pve1', 70_000, 'pve1'],
  ])('host %s and port %s are %s', (proxmox_host, proxmox_port, host) => {
    expect(imported({ proxmox_host, proxmox_port }).config.clusters[0]?.hosts).toEqual([host]);
  });

  test.each(['', 'https://root:pw@pve1', 'two hosts', 3, null])('host %j is no cluster', (proxmox_host) => {
    const { config, told } = imported({ proxmox_host });
    expect(config.clusters).toEqual([]);
    expect(told[0]).toMatch(/^not understood: proxmox_host/);
    expect(told.join()).not.toContain('root:pw');
  });

  test('observations that never fitted into their window get one that they fit into', () => {
    const { config, told } = imported({
      automated_migrations: { check_interval_minutes: 60, ...intelligent({}).automated_migrations },
      intelligent_migrations: { enabled: true, observation_periods: 10, observation_window_hours: 1 },
    });
    expect(config.intelligent_migrations.observation_window_hours).toBe(9);
    expect(told.join('\n')).toContain('changed: intelligent_migrations.observation_window_hours: 1 -> 9');
  });

  test('a file that may not act only recommends', () => {
    expect(imported({ automated_migrations: { enabled: false } }).config.mode).toBe('recommend');
  });

  test.each([
    [
      'a window of unknown days',
      { migration_windows: [{ days: ['someday'], start_time: '01:00', end_time: '02:00' }] },
    ],
    ['a window without an end', { blackout_windows: [{ days: ['monday'], start_time: '01:00' }] }],
    ['a window of no length', { blackout_windows: [{ days: ['monday'], start_time: '01:00', end_time: '1:00' }] }],
    [
      'a window with a key that may turn its meaning round',
      { migration_windows: [{ type: 'blackout', days: ['monday'], start_time: '01:00', end_time: '02:00' }] },
    ],
    ['windows that are no list', { migration_windows: 'nights' }],
    ['an unknown time zone', { timezone: 'Mars/X' }],
    [
      'a window in an unknown time zone',
      { blackout_windows: [{ days: ['monday'], start_time: '01:00', end_time: '02:00', timezone: 'x' }] },
    ],
  ])('%s is not passed over: nothing acts', (_, schedule) => {
    const { config, told } = imported({ automated_migrations: { enabled: true, schedule } });
    expect(config.mode).toBe('recommend');
    expect(told.join('\n')).toMatch(/not understood: automated_migrations\.schedule/);
  });
});

test('a comment in a window is named and changes nothing else', () => {
  const window = { _note: 'backups', days: ['monday'], start_time: '01:00', end_time: '02:00' };
  const { config, told } = imported({
    automated_migrations: { enabled: true, schedule: { blackout_windows: [window] } },
  });
  expect([config.mode, config.automated_migrations.schedule.blackout_windows.length]).toEqual(['auto', 1]);
  expect(told).toContain(
    'dropped: automated_migrations.schedule.blackout_windows[0]._note: "backups" -> nothing (a comment)',
  );
});

type Leaf = { keys: PathKey[]; value: unknown };
const leaves = (value: unknown, keys: PathKey[] = []): Leaf[] => {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const step = (key: string) => [...keys, Array.isArray(value) ? Number(key) : key];
  return inner.length === 0 ? [{ keys, value }] : inner.flatMap(([key, v]) => leaves(v, step(key)));
};
const valueAt = (value: unknown, keys: PathKey[]): unknown =>
  keys.reduce<unknown>((v, key) => (v as Record<PathKey, unknown> | undefined)?.[key], value);

/** Values of the file that neither stand where they stood nor are named; windows may stand elsewhere in their list. */
const silent = (file: unknown): string[] => {
  const { config, changes } = importProxBalance(file);
  const paths = new Set(changes.map(({ path }) => path));
  const named = (keys: PathKey[]) => keys.some((_, i) => paths.has(dotted(keys.slice(0, i + 1))));
  return leaves(file)
    .filter(({ keys, value }) => !isDeepStrictEqual(valueAt(config, keys), value) && !named(keys))
    .filter(({ value }) => !isDeepStrictEqual(value, {}))
    .map(({ keys }) => dotted(keys))
    .filter((path) => !path.startsWith('automated_migrations.schedule.'));
};

test('nothing of the file is passed over in silence', () => {
  expect(silent(lived)).toEqual([]);
});

test('a value as far below 0 as the least that is allowed is above is told like any other', () => {
  expect(silent({ recommendation_thresholds: { iowait: -5 } })).toEqual([]);
});

describe('garbage', () => {
  const scalar = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.string(),
    fc.constant(null),
    fc.constantFrom('full', '22:00', 'monday'),
  );
  const garble = (value: unknown): fc.Arbitrary<unknown> => {
    if (Array.isArray(value)) return fc.oneof(fc.tuple(...value.map(garble)), fc.jsonValue());
    if (typeof value !== 'object' || value === null) return fc.oneof(fc.constant(value), scalar, fc.jsonValue());
    const fields = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, garble(inner)]));
    return fc.oneof(
      { arbitrary: fc.record(fields, { requiredKeys: [] }), weight: 6 },
      { arbitrary: scalar, weight: 1 },
    );
  };

  test.each([
    ['this file with anything in it', garble(lived)],
    ['anything at all', fc.jsonValue()],
  ])('%s becomes a configuration that parses and moves nothing', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (file) => {
        const { config } = imported(file);
        expect(config.mode !== 'auto' || config.automated_migrations.dry_run).toBe(true);
        if (typeof file === 'object' && file !== null && !Array.isArray(file))
          expect(silent(JSON.parse(JSON.stringify(file)))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['a file that is very deep', JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`)],
    [
      'keys that mean something to JavaScript',
      JSON.parse('{"__proto__": {"enabled": true}, "constructor": 1, "automated_migrations": {"__proto__": 3}}'),
    ],
  ])('%s is named, not followed', (_, file) => {
    expect(imported(file).told.some((line) => line.startsWith('not understood'))).toBe(true);
    expect(({} as Record<string, unknown>).enabled).toBeUndefined();
  });
});

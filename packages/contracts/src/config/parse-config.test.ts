import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Config } from './config.ts';
import { parseConfig } from './parse-config.ts';
import { formatProblems } from './problem.ts';

const sentences = (value: unknown): string[] => {
  const parsed = parseConfig(value);
  return parsed.ok ? [] : parsed.problems.map(({ sentence }) => sentence);
};
const window = (more: object) => ({
  automated_migrations: {
    schedule: { blackout_windows: [{ name: 'w', days: ['friday'], start_time: '22:00', end_time: '06:00', ...more }] },
  },
});
const placement = (...rules: object[]) => ({
  automated_migrations: { placement_rules: rules.map((rule) => ({ name: 'r', ...rule })) },
});
const observing = (interval: number, more: object) => ({
  automated_migrations: { check_interval_minutes: interval },
  intelligent_migrations: { enabled: true, observation_periods: 10, ...more },
});
const cluster = (name: string, more: object = {}) => ({ name, hosts: ['pve1'], ...more });
const two = (more: object) => ({ clusters: [cluster('paris'), cluster('lyon', { hosts: ['pve2'] })], ...more });

describe('what is right', () => {
  test.each([
    ['nothing at all', {}],
    ['a window over midnight', window({})],
    ['a whole day', window({ start_time: '00:00', end_time: '24:00' })],
    ['observations that just fit', observing(10, { observation_window_hours: 1.5 })],
    ['a window that is too short, but persistence is off', observing(10, { enabled: false })],
    ['one weight alone', { penalty_config: { weight_current: 0, weight_24h: 0, weight_7d: 0.1 } }],
    ['two clusters', { clusters: [cluster('a'), cluster('b', { hosts: ['pve1:8007'], timezone: 'Europe/Vienna' })] }],
    ['names before which no cluster is known', { nodes: { 'paris/pve1': {} } }],
    [
      'names of their clusters',
      two({
        nodes: { 'paris/pve1': {} },
        automated_migrations: { maintenance_nodes: ['lyon/pve1'], rules: { ignore_guests: ['paris/db-*', 'lxc/7'] } },
      }),
    ],
    ['tokens in files', { clusters: [cluster('a', { read_token_file: '/run/secrets/read token' })] }],
  ])('%s', (_, value) => expect(sentences(value)).toEqual([]));

  test('defaults are those of the seed', () => {
    const parsed = parseConfig({});
    expect(parsed.ok && parsed.config.intelligent_migrations).toEqual({
      enabled: false,
      observation_periods: 3,
      observation_window_hours: 1,
      minimum_data_collection_hours: 0,
      risk_gating_enabled: false,
      risk_confidence_multiplier: 1.2,
      trend_awareness_enabled: false,
      outcome_learning_enabled: false,
      pattern_suppression_enabled: false,
      cost_benefit_enabled: false,
      min_cost_benefit_ratio: 1,
      cycle_detection_enabled: true,
      cycle_window_hours: 48,
      guest_success_tracking_enabled: false,
      counterfactual_learning_enabled: false,
    });
    expect(parsed.ok && parsed.config.penalty_config).toMatchObject({
      cluster_convergence_threshold: 8,
      seasonal_baseline: { enabled: false, sigma_threshold: 2 },
    });
  });

  test.each([
    ['observation_periods', 2, 10],
    ['observation_window_hours', 1, 48],
    ['minimum_data_collection_hours', 0, 48],
    ['risk_confidence_multiplier', 1, 2],
    ['min_cost_benefit_ratio', 0.5, 5],
    ['cycle_window_hours', 12, 168],
  ])('the range of %s is that of the seed', (name, min, max) => {
    const wrong = (value: number) => sentences({ intelligent_migrations: { [name]: value } }).length;
    expect([min, max].map(wrong)).toEqual([0, 0]);
    expect([min - 0.5, max + 0.5].map(wrong)).toEqual([1, 1]);
  });
});

describe('what is wrong is named, with what stands there and what may', () => {
  test.each([
    ['the whole', null, 'the configuration is empty; allowed: a section with clusters, mode'],
    ['a choice', { mode: 'go' }, 'mode is "go"; allowed: one of observe, recommend, approve, auto (default observe)'],
    [
      'a range',
      { automated_migrations: { rules: { min_confidence_score: 1000 } } },
      'automated_migrations.rules.min_confidence_score is 1000; allowed: a whole number from 0 to 100 (default 75)',
    ],
    [
      'a fraction',
      { recommendation_thresholds: { cpu: 60.5 } },
      'recommendation_thresholds.cpu is 60.5; allowed: a whole',
    ],
    [
      'a string',
      { collection: { backfill: 'yes' } },
      'collection.backfill is "yes"; allowed: true or false (default true)',
    ],
    ['a section', { risk: 3 }, 'risk is 3; allowed: a section with memory_gib,'],
    ['an empty section', { risk: null }, 'risk is empty; allowed: a section with memory_gib,'],
    ['a name', { clusters: [cluster('A')] }, 'clusters[0].name is "A"; allowed: lower-case letters, digits'],
    ['a name in use', { clusters: [cluster('config')] }, 'clusters[0].name is "config"; allowed: a name other than'],
    ['another', { clusters: [cluster('config_offer')] }, 'clusters[0].name is "config_offer"; allowed: a name other'],
    [
      'something missing',
      { clusters: [{ name: 'a' }] },
      'clusters[0].hosts is missing; needed: a list of text (Addresses',
    ],
    ['no host', { clusters: [{ name: 'a', hosts: [] }] }, 'clusters[0].hosts is a list of 0; allowed: at least one;'],
    [
      'a URL',
      { clusters: [cluster('a', { hosts: ['https://x'] })] },
      'clusters[0].hosts[0] is "https://x"; allowed: a host',
    ],
    [
      'a time zone',
      { clusters: [cluster('a', { timezone: 'Mars/X' })] },
      'clusters[0].timezone is "Mars/X"; allowed: an IANA',
    ],
    [
      'a twin',
      { clusters: [cluster('a'), cluster('a')] },
      'clusters[1].name is "a"; allowed: a name of its own; clusters[0]',
    ],
    [
      'one cluster under two names',
      { clusters: [cluster('a'), cluster('b', { hosts: ['pve9', 'PVE1:8006'] })] },
      'clusters[1].hosts[1] is "PVE1:8006"; allowed: a host of cluster b alone; it is one of cluster a (clusters[0]) too',
    ],
    [
      'an empty window',
      window({ end_time: '22:00' }),
      'automated_migrations.schedule.blackout_windows[0].end_time is "22:00"',
    ],
    [
      'a day',
      window({ days: ['fri'] }),
      'automated_migrations.schedule.blackout_windows[0].days[0] is "fri"; allowed: one of mon',
    ],
    [
      'observations that cannot come together',
      observing(10, {}),
      'intelligent_migrations.observation_window_hours is 1 by default; allowed: at least 1.5, the time that observation_periods 10',
    ],
    [
      'a rule about nobody',
      placement({ kind: 'affinity' }),
      'automated_migrations.placement_rules[0].guests is empty by default; allowed: at least one, unless pools',
    ],
    [
      'a pin to nowhere',
      placement({ kind: 'pin', pools: ['p'] }),
      'automated_migrations.placement_rules[0].nodes is empty by default; allowed: at least one: a pin',
    ],
    [
      'nodes of what is no pin',
      placement({ kind: 'affinity', pools: ['p'], nodes: ['a'] }),
      'automated_migrations.placement_rules[0].nodes is a list of 1; allowed: nothing: only a pin',
    ],
    [
      'a rule with the name of another',
      placement({ kind: 'affinity', pools: ['p'] }, { kind: 'affinity', pools: ['q'] }),
      'automated_migrations.placement_rules[1].name is "r"; allowed: a name of its own; placement_rules[0]',
    ],
    [
      'a cluster that there is not, before a node',
      two({ automated_migrations: { maintenance_nodes: ['pve1', 'paris/pve1', 'pari/pve1'] } }),
      'automated_migrations.maintenance_nodes[2] is "pari/pve1"; allowed: a name alone, or cluster/name, where the cluster is one of paris, lyon',
    ],
    [
      'a cluster that there is not, before a guest',
      two({ automated_migrations: { rules: { ignore_guests: ['qemu/101', '*/7', 'rome/qemu/101'] } } }),
      'automated_migrations.rules.ignore_guests[2] is "rome/qemu/101"; allowed: a name alone, or cluster/name',
    ],
    [
      'a cluster that there is not, before what is special about a node',
      two({ nodes: { pve1: {}, 'lyon/pve1': {}, 'rome/pve1': {} } }),
      'nodes."rome/pve1" is a section; allowed: a name alone, or cluster/name, where the cluster is one of paris, lyon',
    ],
    [
      'a cluster that there is not, before a storage',
      two({ automated_migrations: { rules: { storage_map: { 'rome/lvm': ['zfs'] } } } }),
      'automated_migrations.rules.storage_map."rome/lvm" is a list of 1; allowed: a name alone',
    ],
    [
      'a cluster that there is not, before a probed guest',
      two({ migration_checks: { ping_probes: [{ guests: ['rome/vpn'] }] } }),
      'migration_checks.ping_probes[0].guests[0] is "rome/vpn"; allowed: a name alone',
    ],
    [
      'a rule for a cluster that there is not',
      two(placement({ kind: 'affinity', pools: ['p'], cluster: 'rome' })),
      'automated_migrations.placement_rules[0].cluster is "rome"; allowed: one of paris, lyon',
    ],
    [
      'a node of another cluster than that of its rule',
      two(placement({ kind: 'pin', cluster: 'paris', guests: ['paris/101'], nodes: ['lyon/pve1'] })),
      'automated_migrations.placement_rules[0].nodes[0] is "lyon/pve1"; allowed: a name alone, or cluster/name, where the cluster is paris, the cluster of the rule',
    ],
    [
      'a cluster and no name',
      two({ automated_migrations: { rules: { ignore_guests: ['paris/'] } } }),
      'automated_migrations.rules.ignore_guests[0] is "paris/"; allowed: a name alone',
    ],
    [
      'a name with two slashes',
      two({ automated_migrations: { maintenance_nodes: ['paris/pve1/x'] } }),
      'automated_migrations.maintenance_nodes[0] is "paris/pve1/x"; allowed: a name alone',
    ],
    [
      'no weight',
      { penalty_config: { weight_current: 0, weight_24h: 0, weight_7d: 0 } },
      'penalty_config.weight_current is 0; allowed: above 0 unless',
    ],
    [
      'a misspelt option',
      { intelligent_migrations: { observation_period: 3 } },
      'unknown option intelligent_migrations.observation_period; did you mean observation_periods?',
    ],
    ['a misspelt section', { clutsers: [] }, 'unknown option clutsers; did you mean clusters?'],
    [
      'an option in the wrong place',
      { cooldown_minutes: 3 },
      'unknown option cooldown_minutes; did you mean automated_migrations.rules.cooldown_minutes?',
    ],
    [
      'an option of nothing',
      { nodes: { a: { wheels: 4 } } },
      'unknown option nodes.a.wheels; here may stand speed_factor,',
    ],
    ['a key that would break a line', { 'a\nb': 1 }, 'unknown option "a\\nb"; here may stand'],
  ])('%s', (_, value, start) => {
    const found = sentences(value);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(start);
  });

  test('all at once, also those between options beside broken ones', () => {
    const found = sentences({
      mode: 'go',
      clusters: [
        cluster('a'),
        cluster('a', { hosts: 3 }),
        cluster('b'),
        cluster('c', { hosts: ['@x'] }),
        cluster('d', { hosts: ['@x'] }),
      ],
      penalty_config: { weight_current: 0, weight_24h: 0, weight_7d: 0, weight_cpus: 1 },
    });
    expect(found).toHaveLength(8);
  });

  test('a clash is not told where one of its sides is wrong itself', () => {
    expect(sentences(observing(1000, {}))).toEqual([expect.stringContaining('check_interval_minutes is 1000')]);
  });

  test('a list of problems reads line by line', () => {
    const parsed = parseConfig({ mode: 'go', risk: 3 });
    expect(parsed.ok ? '' : formatProblems(parsed.problems)).toMatch(
      /^2 problems in the configuration:\n {2}mode is "go".*\n {2}risk is 3.*$/,
    );
  });
});

describe('secrets are never shown', () => {
  const secret = '12345678-90ab-cdef-1234-567890abcdef';
  test.each([
    ['a token where its file belongs', { clusters: [cluster('a', { read_token_file: `root@pam!x=${secret}` })] }],
    ['a list where its file belongs', { clusters: [cluster('a', { write_token_file: [secret] })] }],
    ['a password in a host', { clusters: [cluster('a', { hosts: [`https://root:${secret}@pve`] })] }],
    ['an unknown option', { proxmox_password: secret, api_key: secret, other: secret }],
    ['a token in a field of numbers', { collection: { sample_interval_seconds: `PVEAPIToken=root@pam!x=${secret}` } }],
  ])('%s', (_, value) => {
    const parsed = parseConfig(value);
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain(secret);
  });
});

test('whatever comes, it answers; and what it accepts is stable', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (value) => {
      const parsed = parseConfig(value);
      if (parsed.ok) expect(parseConfig(parsed.config)).toEqual(parsed);
      else expect(parsed.problems.every(({ sentence }) => sentence.length > 0 && !sentence.includes('\n'))).toBe(true);
    }),
    { numRuns: 300 },
  );
  expect(parseConfig(Config.parse({})).ok).toBe(true);
});

test('a password before a host is not shown', () => {
  const parsed = parseConfig({ clusters: [{ name: 'a', hosts: ['root:hunter22@pve1'] }] });
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain('hunter22');
});

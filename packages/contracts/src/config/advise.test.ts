import { describe, expect, test } from 'vitest';
import { adviceOf, advise } from './advise.ts';
import { Config, type ConfigInput } from './config.ts';
import { openMinutes } from './open-minutes.ts';

const good: ConfigInput = {
  clusters: [{ name: 'home', hosts: ['pve1', 'pve2'], ca_file: 'ca.pem', write_token_file: 'write' }],
  mode: 'auto',
  automated_migrations: { dry_run: false },
};
const warnings = (more: ConfigInput) => adviceOf(Config.parse({ ...good, ...more })).warnings;
const rules = (more: object): ConfigInput => ({ automated_migrations: { dry_run: false, rules: more } });
const window = (more: object = {}) => ({
  name: 'w',
  days: ['friday' as const],
  start_time: '22:00',
  end_time: '06:00',
  ...more,
});
const schedule = (more: object): ConfigInput => ({ automated_migrations: { dry_run: false, schedule: more } });
const everyDay = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

test('a configuration that acts needs no warning', () => expect(warnings({})).toEqual([]));

test('defaults say that nothing happens, and why', () => {
  expect(adviceOf(Config.parse({})).warnings).toEqual([
    'clusters is empty: nothing is watched, unless the environment names a cluster',
    'mode is observe: decisions are made and shown, nothing moves',
  ]);
});

test.each([
  [
    'dry run',
    { automated_migrations: { dry_run: true } },
    'dry_run is on: everything is decided and shown, nothing moves',
  ],
  ['no runs', { automated_migrations: { enabled: false, dry_run: false } }, 'no run takes place'],
  ['advice only', { mode: 'recommend' as const }, 'mode is recommend: moves are recommended, none is made'],
  ['no write token', { clusters: [{ name: 'a', hosts: ['x'], ca_file: 'c' }] }, 'cluster a has no write_token_file'],
  [
    'no certificate',
    { clusters: [{ name: 'a', hosts: ['x'], write_token_file: 'w' }] },
    'cluster a has neither fingerprints nor ca_file',
  ],
  [
    'impossible confidence',
    { intelligent_migrations: { risk_gating_enabled: true, risk_confidence_multiplier: 1.4 } },
    '75 × risk_confidence_multiplier 1.4 is 100 or more',
  ],
  ['near certainty', rules({ min_confidence_score: 99 }), 'hardly any prediction is that sure'],
  ['no rest', rules({ cooldown_minutes: 0, rollback_window_hours: 0 }), 'a guest may go to and fro'],
  [
    'useless slots',
    rules({ max_concurrent_migrations: 5 }),
    'max_concurrent_migrations 5 is never reached: a run approves 3 at most',
  ],
  ['restarts', rules({ allow_container_restarts: true }), 'a container that moves restarts'],
  [
    'no quorum',
    { automated_migrations: { dry_run: false, safety_checks: { require_quorum: false } } },
    'safety checks are off: require_quorum',
  ],
  [
    'a threshold above the cap',
    { recommendation_thresholds: { cpu: 90 } },
    'a node is full before it counts as loaded',
  ],
  [
    'an option whose toggle is off',
    { intelligent_migrations: { min_cost_benefit_ratio: 2 } },
    'min_cost_benefit_ratio is 2, but cost_benefit_enabled is off',
  ],
  [
    'windows that never open',
    schedule({ blackout_windows: [window({ days: [...everyDay], start_time: '00:00', end_time: '24:00' })] }),
    'no minute of the week',
  ],
  [
    'windows that are off',
    schedule({ migration_windows: [window({ enabled: false })] }),
    'migrations may start at any time',
  ],
  [
    'a node that is emptied and ignored',
    { nodes: { n1: { ignore: true } }, automated_migrations: { dry_run: false, maintenance_nodes: ['n1', 'n2'] } },
    'n1: in maintenance_nodes, but ignored',
  ],
])('%s is pointed out', (_, more, sentence) => expect(warnings(more)).toEqual([expect.stringContaining(sentence)]));

test('what names no cluster is pointed out where there are several, and nothing else', () => {
  const [cluster] = good.clusters!;
  const named = (text: string, rule: object): ConfigInput => ({
    clusters: ['paris', 'lyon'].map((name) => ({ ...cluster!, name, hosts: [name] })),
    nodes: { [`${text}pve1`]: { ignore: true } },
    automated_migrations: {
      dry_run: false,
      maintenance_nodes: [`${text}pve1`],
      placement_rules: [{ name: 'home', kind: 'pin', guests: ['101'], nodes: ['pve1'], ...rule }],
      rules: {
        ignore_guests: ['1', '2', '3', '4', '5', '6'].map((vmid) => text + vmid),
        ignore_pools: [`${text}prod`],
      },
    },
  });
  const ignored = (names: string) => `${names}: in maintenance_nodes, but ignored in nodes, so it is not emptied`;
  expect(warnings(named('', {}))).toEqual([
    ignored('paris/pve1, lyon/pve1'),
    'placement_rules: home names no cluster, so it holds in every cluster: paris, lyon',
    'maintenance_nodes: pve1 names no cluster, so it holds in every cluster: paris, lyon',
    'nodes: pve1 names no cluster, so it holds in every cluster: paris, lyon',
    'ignore_guests: 1, 2, 3, 4, 5 and 1 more names no cluster, so it holds in every cluster: paris, lyon',
    'ignore_pools: prod names no cluster, so it holds in every cluster: paris, lyon',
  ]);
  expect(warnings(named('lyon/', { cluster: 'paris' }))).toEqual([ignored('lyon/pve1')]);
  expect(warnings(named('lyon/', { nodes: ['paris/pve1'] }))).toEqual([ignored('lyon/pve1')]);
});

test('it reads as text', () => {
  expect(
    advise(Config.parse({ ...good, ...schedule({ timezone: 'Europe/Vienna', migration_windows: [window()] }) })),
  ).toBe(
    [
      'In force:',
      '  cluster home: pve1, then pve2; hours of the day in UTC',
      '  mode auto',
      '  a look every 30 s, a run every 5 min',
      '  at most 3 migrations a run, 1 at a time; a guest rests 30 min after a move',
      '  confidence at least 75; a target stays below 85 % CPU and 90 % memory',
      '  migrations start in: w (friday 22:00-06:00 Europe/Vienna); never in: none; open 8 of 168 hours a week',
      '  learning on: cycles; off: persistence, risk, trend, outcomes, patterns, cost and benefit, guest success, counterfactuals, seasonal baselines',
    ].join('\n'),
  );
});

describe('minutes of the week in which migrations may start', () => {
  const minutes = (more: ConfigInput) => openMinutes(Config.parse(more).automated_migrations.schedule);
  test.each([
    ['no windows', schedule({}), 10_080],
    ['over midnight', schedule({ migration_windows: [window()] }), 480],
    ['over the end of the week', schedule({ migration_windows: [window({ days: ['sunday'] })] }), 480],
    ['until midnight', schedule({ migration_windows: [window({ end_time: '24:00' })] }), 120],
    ['overlapping', schedule({ migration_windows: [window(), window({ start_time: '23:00' })] }), 480],
    [
      'less a blackout',
      schedule({
        migration_windows: [window()],
        blackout_windows: [window({ days: ['saturday'], start_time: '00:00', end_time: '01:00' })],
      }),
      420,
    ],
    ['a window that is off', schedule({ migration_windows: [window({ enabled: false })] }), 10_080],
    [
      'different time zones',
      schedule({ migration_windows: [window(), window({ timezone: 'Europe/Vienna' })] }),
      undefined,
    ],
  ])('%s', (_, more, expected) => expect(minutes(more)).toBe(expected));
});

import { Config, type RunSummary, untouched } from '@evenkeel/contracts';
import { aCluster, aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { drainProgress, isOver } from './drain-progress.ts';
import type { ClusterStatus } from './read-status.ts';
import { showStatus } from './show-status.ts';
import { tellStatus } from './tell-status.ts';

const at = '2026-07-15T12:00:00.000Z';
const who = { since: at, by: 'anna@desk' };
const acting = Config.parse({ mode: 'auto', automated_migrations: { dry_run: false } });
const line = (vmid: number, action: RunSummary['decisions'][number]['action'], reason: string) => ({
  decision_id: `r.qemu-${vmid}`,
  guest: `qemu/${vmid}` as const,
  name: `vm${vmid}`,
  source_node: 'a',
  target_node: 'b',
  action,
  reason,
  confidence_score: 90,
  score_improvement: 12.34,
});
const aRun = (different: Partial<RunSummary> = {}): RunSummary => ({
  run_id: 'r',
  cluster: 'lab',
  timestamp: at,
  status: 'no_action',
  mode: 'live',
  config_revision: 'c0ffee',
  migrations_executed: 0,
  migrations_successful: 0,
  safety_checks: { migration_window: 'always', cluster_health: 'ok', running_migrations: 0 },
  counts: {},
  decisions: [],
  notes: ['the nodes are even'],
  convergence: { spread: 1, threshold: 8, converged: true, reason: 'even' },
  imbalance: { cpu: 1, mem: 1, highest_penalty: 1 },
  ...different,
});
const given = (different: Partial<ClusterStatus> = {}): ClusterStatus => ({
  cluster: 'lab',
  automation: untouched,
  config: acting,
  in_flight: [],
  last_run: null,
  sample: null,
  generated: null,
  unreadable: [],
  not_running: [],
  sample_age_ms: 0,
  ...different,
});
const flight = (vmid: number) => ({
  state: 'running',
  migration: { guest: `qemu/${vmid}`, name: `vm${vmid}`, source_node: 'a', target_node: 'b' },
});

test.each<[string, Partial<ClusterStatus>, string[]]>([
  ['a cluster that nobody watches yet', { config: null }, ['cluster lab: no service has started yet']],
  ['dry run', { config: Config.parse({}) }, ['cluster lab: mode observe, but dry_run is on: nothing moves']],
  [
    'a service that nobody runs',
    { not_running: [{ service: 'executor', streams: ['decisions'] }] },
    ['cluster lab: mode auto', '  executor does not run here: nothing takes decisions', '  nothing is in flight'],
  ],
  [
    'a sample that is old',
    { sample_age_ms: 1_200_000 },
    [
      'cluster lab: mode auto',
      '  the last sample is 20 min old: the collector does not run, or does not reach Proxmox; nothing moves on one older than 10 min',
    ],
  ],
  [
    'what is approved and lies there',
    {
      last_run: aRun({
        decisions: [
          line(101, 'pending', 'approved: ranked 1 of 2'),
          line(102, 'filtered', 'filtered: conflict: already in flight a->b since x'),
          line(103, 'pending', 'approved: ranked 2 of 2'),
        ],
      }),
      in_flight: [flight(103)],
      not_running: [{ service: 'executor', streams: ['decisions'] }],
    },
    [
      'cluster lab: mode auto',
      '  executor does not run here: nothing takes decisions',
      '  approved, not yet taken up by the executor: qemu/101 vm101  a → b',
      '  approved, not yet taken up by the executor: qemu/102 vm102  a → b',
      '  running: qemu/103 vm103  a → b',
    ],
  ],
  [
    'what was approved and is over',
    { last_run: aRun({ decisions: [line(101, 'pending', 'approved: ranked 1 of 1')] }) },
    ['cluster lab: mode auto'],
  ],
  [
    'a mode by command',
    { automation: { ...untouched, mode: { mode: 'observe', ...who } } },
    [`cluster lab: mode observe (by anna@desk since ${at}; the configuration says auto)`],
  ],
  [
    'a pause',
    { automation: { ...untouched, pause: { ...who, reason: 'storage\nwork' } } },
    ['cluster lab: mode auto', `  paused by anna@desk since ${at}: storage·work; to go on: evenkeel resume lab`],
  ],
  ['what is in flight', { in_flight: [flight(101)] }, ['cluster lab: mode auto', '  running: qemu/101 vm101  a → b']],
  [
    'what the loss of a node would do',
    {
      last_run: aRun({
        notes: [],
        survival: {
          now: { survives: true, reason: '' },
          after: { survives: false, reason: 'the loss of a would leave 1 guest of its 2 (4 GiB) without a place' },
        },
      }),
    },
    [
      'cluster lab: mode auto',
      '  nothing is in flight',
      `  last run ${at}: no_action (live), nothing recommended`,
      '    after the plan the loss of a would leave 1 guest of its 2 (4 GiB) without a place, now it would be survived',
    ],
  ],
  [
    'that Proxmox balances HA guests itself, once',
    (() => {
      const ha = { state: 'started', auto_rebalance: true };
      const crs = { mode: 'dynamic', auto_rebalance: true };
      const note =
        "Proxmox's own automatic rebalancing (CRS dynamic) is on: 1 HA guest is left to it, all others are balanced here";
      return {
        sample: aCluster([aNode('a')], [aGuest(1, 'a', { ha }), aGuest(2, 'a')], { crs }),
        last_run: aRun({ notes: ['the nodes are even', note] }),
      };
    })(),
    [
      'cluster lab: mode auto',
      '  nothing is in flight',
      `  last run ${at}: no_action (live), nothing recommended`,
      '    the nodes are even',
      "  Proxmox's own automatic rebalancing (CRS dynamic) is on: 1 HA guest is left to it, all others are balanced here",
    ],
  ],
  [
    'what awaits approval',
    { last_run: aRun({ counts: { pending: 1 }, decisions: [line(101, 'pending', 'awaiting approval')], notes: [] }) },
    [
      'cluster lab: mode auto',
      '  nothing is in flight',
      `  last run ${at}: no_action (live), 1 pending`,
      '    awaiting approval: qemu/101 vm101  a → b, 12.3 points; evenkeel approve 101 --cluster lab',
    ],
  ],
])('tells %s', (_, different, lines) => {
  expect(tellStatus(given(different)).slice(0, lines.length)).toEqual(lines);
});

const drained = { ...who, reason: 'new memory' };
const sample = aCluster(
  [aNode('a', { maintenance: true, drained }), aNode('b')],
  [
    aGuest(101, 'a'),
    aGuest(102, 'a'),
    aGuest(103, 'a'),
    aGuest(104, 'a'),
    aGuest(105, 'a', { status: 'stopped' }),
    aGuest(106, 'b'),
  ],
);
const generated = {
  run_id: 'r',
  sample,
  not_recommended: [{ guest: 'qemu/103', reason: 'hostpci0 binds it to a' }],
} as unknown as ClusterStatus['generated'];
const draining = (different: Partial<ClusterStatus> = {}): ClusterStatus =>
  given({
    automation: { ...untouched, drained: { a: drained } },
    in_flight: [flight(101)],
    sample,
    generated,
    last_run: aRun({
      decisions: [line(102, 'filtered', 'filtered: b is full'), line(104, 'skipped', 'waits for a slot')],
    }),
    ...different,
  });

test('tells of a drain what leaves, what is stuck and why, and what does not run', () => {
  expect(tellStatus(draining()).slice(4)).toEqual([
    `  a is drained (by anna@desk since ${at}: new memory): 2 to leave, 2 stuck; not running, so left there: qemu/105`,
    '    leaving: qemu/101 vm101: running, to b',
    '    leaving: qemu/104 vm104: skipped: waits for a slot',
    '    stuck: qemu/102 vm102: filtered: b is full',
    '    stuck: qemu/103 vm103: hostpci0 binds it to a',
  ]);
});

test('what was decided before the drain says nothing of it', () => {
  const before = { ...generated!, sample: aCluster([aNode('a'), aNode('b')], []) } as ClusterStatus['generated'];
  const progress = drainProgress(draining({ generated: before, in_flight: [] }), 'a')!;
  expect(progress.stuck).toEqual([]);
  expect(progress.leaving.map(({ why }) => why)).toEqual(Array(4).fill('waits for the next run'));
});

test.each(['starting', 'running', 'validating'])(
  'a guest whose move to the node is %s is still to leave it',
  (state) => {
    const { migration } = flight(106);
    const arriving = { state, migration: { ...migration, source_node: 'b', target_node: 'a' } };
    const there = (node: string) =>
      draining({ in_flight: [arriving], sample: { ...sample, guests: [aGuest(106, node)] }, last_run: null });
    for (const node of ['a', 'b']) {
      const progress = drainProgress(there(node), 'a')!;
      expect(progress.leaving).toEqual([{ guest: 'qemu/106', name: 'vm106', why: 'still arriving from b' }]);
      expect(isOver(progress)).toBe(false);
    }
  },
);

test.each([
  ['guests leave', draining(), false],
  [
    'what is left is stuck',
    draining({ sample: { ...sample, guests: sample.guests.filter((g) => g.vmid === 103) } }),
    true,
  ],
  ['nobody runs there', draining({ sample: { ...sample, guests: [] } }), true],
  ['the drain was not seen yet', draining({ sample: aCluster([aNode('a')], []) }), false],
] as const)('a drain is over or not: %s', (_, status, over) => {
  expect(isOver(drainProgress(status, 'a')!)).toBe(over);
});

test.each<[string, Partial<ClusterStatus>, object]>([
  [
    'what the configuration says',
    {},
    { mode: 'auto', configured_mode: 'auto', dry_run: false, enabled: true, kill_switch: null, drains: {} },
  ],
  [
    'the mode that a command set, and that of the configuration',
    { config: Config.parse({ mode: 'auto' }), automation: { ...untouched, mode: { mode: 'observe', ...who } } },
    { mode: 'observe', configured_mode: 'auto', dry_run: true },
  ],
  ['nothing where no service has started', { config: null }, { mode: null, configured_mode: null, enabled: null }],
  ['a kill switch', { sample: aCluster([aNode('a')], [], { kill_switch: 'off' }) }, { kill_switch: 'off' }],
  [
    'a drain that nobody has looked at',
    { automation: { ...untouched, drained: { a: drained } } },
    { drains: { a: null } },
  ],
  [
    'a drain, as it is told',
    draining(),
    {
      drains: {
        a: {
          node: 'a',
          seen: true,
          leaving: [
            { guest: 'qemu/101', name: 'vm101', why: 'running, to b' },
            { guest: 'qemu/104', name: 'vm104', why: 'skipped: waits for a slot' },
          ],
          stuck: [
            { guest: 'qemu/102', name: 'vm102', why: 'filtered: b is full' },
            { guest: 'qemu/103', name: 'vm103', why: 'hostpci0 binds it to a' },
          ],
          stopped: ['qemu/105'],
        },
      },
    },
  ],
])('shows programs %s', (_, different, expected) => {
  expect(showStatus(given(different))).toMatchObject(expected);
});

import { untouched } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { safety } from './safety.ts';
import { ask, type GivenCase, givenApproval, givenNode } from './testing/given.ts';

const GiB = 2 ** 30;
const checks = (different: object) => ({ automated_migrations: { safety_checks: different } });
const nodes = (...different: Parameters<typeof givenNode>[1][]): GivenCase => ({
  run: { sample: { nodes: ['pve1', 'pve2', 'pve3'].map((n, i) => givenNode(n, different[i])) } },
});
const after = (target: { cpu: number; mem: number }): GivenCase => ({
  recommendation: {
    effect: { target_before: { ...target, penalty: 30 }, target_after: { ...target, penalty: 31 } },
  } as never,
});
const failure = (minutesAgo: number) => {
  const at = new Date(Date.parse('2026-07-15T12:00:00Z') - minutesAgo * 60_000).toISOString();
  const ended = { at, how: 'failed' as const, reason: 'out of memory' };
  return { approvals: { entries: { m: givenApproval({ approved_at: at, expires_at: at, ended }) } } };
};
const afterFailure = (migration_id: string, resumed: boolean) => ({
  ...untouched,
  failure: { migration_id, at: '2026-07-15T11:00:00.000Z', resumed },
});
const storage = (name: string, used: number, different: object = {}) => ({
  storage: name,
  shared: false,
  active: true,
  total: 100 * GiB,
  used: used * GiB,
  content: ['images'],
  ...different,
});
const disks = (bytes: number, ...storages: object[]): GivenCase => ({
  guest: { constraints: { storages: ['fast'], local_disk_bytes: bytes, local_disks: 1 } },
  ...nodes({}, { storages: storages as never }),
});

/** GiB of the guests of each node, of which one of 4 GiB goes from pve1 to pve2; each node may use so many. */
const survives = (guests: Record<string, number[]>, room: number): GivenCase => ({
  run: {
    residences: Object.fromEntries(
      Object.entries(guests).map(([node, gib]) => [
        node,
        { room: room * GiB, host: 0, guest_mib: gib.map((g) => g * 1024) },
      ]),
    ),
  },
  config: checks({ require_n_plus_1: true }),
});

const begins = (at: string) =>
  `its scheduled backup begins at 2026-07-15T${at}:00.000Z, and a move approved now could last until 2026-07-15T12:05:01.000Z, less than 5 min before it or into it`;

test.each<{ name: string; given: GivenCase; says: string }>([
  { name: 'all is well', given: {}, says: 'passed' },
  {
    name: 'paused',
    given: {
      facts: {
        automation: {
          ...untouched,
          pause: { since: '2026-07-15T11:00:00Z', by: 'root@pam', reason: 'storage work' },
        },
      },
    },
    says: 'deferred: paused by root@pam since 2026-07-15T11:00:00Z: storage work; to go on: evenkeel resume lab',
  },
  {
    name: 'the kill switch is on',
    given: { run: { sample: { kill_switch: 'the kill switch is on (/etc/evenkeel/kill-switch: fire)' } } },
    says: 'deferred: the kill switch is on (/etc/evenkeel/kill-switch: fire): nothing is written to Proxmox until it is off',
  },
  ...(
    [
      ['begins while it could still move', '2026-07-15T12:08:00.000Z', false, begins('12:08')],
      ['has begun and is not seen yet', '2026-07-15T11:56:00.000Z', false, begins('11:56')],
      ['runs', '2026-07-15T12:00:00.000Z', true, 'a backup job that covers it runs on pve1'],
      ['is over before it begins', '2026-07-15T12:20:00.000Z', false, undefined],
      ['is long over', '2026-07-15T11:50:00.000Z', false, undefined],
    ] as const
  ).map(([name, at, running, says]) => ({
    name: `its backup ${name}`,
    given: { guest: { backup: { at, running } } },
    says: says ? `deferred: ${says}` : 'passed',
  })),
  {
    name: 'backups are not heeded',
    given: {
      guest: { backup: { at: '2026-07-15T12:00:00.000Z', running: true } },
      config: checks({ respect_backups: false }),
    },
    says: 'passed',
  },
  {
    name: 'switched off',
    given: { config: { automated_migrations: { enabled: false } } },
    says: 'deferred: automated_migrations.enabled is false',
  },
  {
    name: '[P11] after a failure nothing more for an hour',
    given: { facts: failure(59) },
    says:
      'deferred: stopped until 2026-07-15T12:01:00.000Z because qemu/200 pve1->pve3 failed at 2026-07-15T11:01:00.000Z (out of memory); ' +
      'to go on at once: evenkeel resume lab',
  },
  {
    name: 'after a failure, once somebody has resumed',
    given: { facts: { ...failure(1), automation: afterFailure('m', true) } },
    says: 'passed',
  },
  {
    name: 'after a failure that came since somebody resumed',
    given: { facts: { ...failure(59), automation: afterFailure('earlier', true) } },
    says:
      'deferred: stopped until 2026-07-15T12:01:00.000Z because qemu/200 pve1->pve3 failed at 2026-07-15T11:01:00.000Z (out of memory); ' +
      'to go on at once: evenkeel resume lab',
  },
  { name: 'an hour after a failure', given: { facts: failure(60) }, says: 'passed' },
  {
    name: 'failures do not stop',
    given: { facts: failure(1), config: checks({ abort_on_failure: false }) },
    says: 'passed',
  },
  {
    name: 'outside every window',
    given: {
      config: {
        automated_migrations: {
          schedule: {
            migration_windows: [{ name: 'night', days: ['monday'], start_time: '22:00', end_time: '06:00' }],
          },
        },
      },
    },
    says: 'deferred: outside migration window "night" (monday 22:00-06:00 UTC)',
  },
  { name: 'no quorum', given: { run: { sample: { quorate: false } } }, says: 'deferred: the cluster has no quorum' },
  {
    name: 'a node is down',
    given: nodes({}, {}, { status: 'offline' }),
    says: 'deferred: cluster health: node pve3 is offline, 2 of 3 nodes fit',
  },
  {
    name: 'a node is down for maintenance',
    given: nodes({}, {}, { status: 'offline', maintenance: true }),
    says: 'passed',
  },
  {
    name: 'something could not be read',
    given: { run: { sample: { problems: ['HA rules: 403', 'storage of pve2: timeout'] } } },
    says: 'deferred: cluster health: HA rules: 403 (and 1 more)',
  },
  {
    name: 'health is not checked',
    given: { run: { sample: { problems: ['HA rules: 403'] } }, config: checks({ check_cluster_health: false }) },
    says: 'passed',
  },
  ...(
    [
      ['ha_rules', 'HA rules'],
      ['ha_resources', 'HA resources'],
      ['maintenance', 'nodes in maintenance'],
    ] as const
  ).map(([unread, words]) => ({
    name: `${words} were not read, though health is not checked`,
    given: {
      run: { sample: { unread: [unread], problems: ['403'] } },
      config: checks({ check_cluster_health: false, require_quorum: false }),
    },
    says: `deferred: ${words} could not be read`,
  })),
  {
    name: 'options and tasks were not read, and health is not checked',
    given: {
      run: { sample: { unread: ['options', 'tasks'], problems: ['403'] } },
      config: checks({ check_cluster_health: false }),
    },
    says: 'passed',
  },
  {
    name: 'a guest that nobody knows',
    given: { run: { guests: [] } },
    says: 'filtered: it is not known',
  },
  {
    name: '[P12] a guest whose configuration nobody has read',
    given: { guest: { constraints: null as never } },
    says: 'deferred: its configuration has not been read yet',
  },
  {
    name: 'a guest with a device of its node',
    given: { guest: { constraints: { local_devices: ['hostpci0'] } } },
    says: 'filtered: hostpci0 binds it to pve1',
  },
  { name: 'backup lock', given: { guest: { lock: 'backup' } }, says: 'deferred: it is locked (backup)' },
  { name: 'moved meanwhile', given: { guest: { node: 'pve3' } }, says: 'filtered: it runs on pve3, not pve1' },
  {
    name: 'CRS looks after it',
    given: {
      guest: { ha: { state: 'started', auto_rebalance: true } },
      run: { sample: { crs: { mode: 'dynamic', auto_rebalance: true } } },
    },
    says: "filtered: Proxmox's own automatic rebalancing (CRS dynamic) owns it",
  },
  {
    name: 'HA, but CRS does not rebalance',
    given: { guest: { ha: { state: 'started', auto_rebalance: true } } },
    says: 'passed',
  },
  {
    name: 'the target is not known',
    given: { recommendation: { target_node: 'pve9' } },
    says: 'filtered: pve9 is not known',
  },
  {
    name: 'the target is in maintenance',
    given: nodes({}, { maintenance: true }),
    says: 'filtered: pve2 is in maintenance',
  },
  {
    name: 'the target is down',
    given: { ...nodes({}, { status: 'unknown' }), config: checks({ check_cluster_health: false }) },
    says: 'filtered: pve2 is unknown',
  },
  {
    name: '[P04] memory of the target after the move',
    given: { recommendation: { effect: { target_before: { mem: 0.88 }, target_after: { mem: 0.99 } } } },
    says: 'filtered: pve2 would be at 99% memory, at most 90%',
  },
  {
    name: 'assigned memory of the target',
    given: { run: { assigned_bytes: { pve2: 95 * GiB } } },
    says: 'filtered: pve2 would have 160.9% of its memory assigned, at most 150%',
  },
  {
    name: 'memory that may be assigned on a target with a reserve for its host',
    given: {
      run: { assigned_bytes: { pve2: 80 * GiB } },
      config: { nodes: { pve2: { memory_reserve_gib: 16 } }, automated_migrations: { enabled: true, dry_run: false } },
    },
    says: 'filtered: pve2 would have 183.3% of its memory assigned, at most 150%',
  },
  { name: 'storage is not there', given: disks(0), says: 'filtered: storage fast is not available on pve2' },
  {
    name: 'storage is not active',
    given: disks(0, storage('fast', 10, { active: false })),
    says: 'filtered: storage fast is not available on pve2',
  },
  { name: 'room for its disks', given: disks(40 * GiB, storage('fast', 50)), says: 'passed' },
  {
    name: 'no room for its disks',
    given: disks(41 * GiB, storage('fast', 50)),
    says: 'filtered: storage fast on pve2 has 50 GiB free for 41 GiB of disks, 10% of 100 GiB must stay free',
  },
  ...(
    [
      ['max_node_cpu_percent', after({ cpu: 0.7, mem: 0.4 }), 65, 75, 'pve2 would be at 70% CPU, at most 65%'],
      ['max_node_memory_percent', after({ cpu: 0.4, mem: 0.7 }), 65, 75, 'pve2 would be at 70% memory, at most 65%'],
      [
        'max_memory_assigned_percent',
        { run: { assigned_bytes: { pve2: 72 * GiB } } },
        120,
        130,
        'pve2 would have 125% of its memory assigned, at most 120%',
      ],
      [
        'min_storage_free_percent',
        disks(30 * GiB, storage('fast', 50)),
        25,
        15,
        'storage fast on pve2 has 50 GiB free for 30 GiB of disks, 25% of 100 GiB must stay free',
      ],
    ] as [string, GivenCase, number, number, string][]
  ).flatMap(([option, given, strict, lax, says]) => [
    {
      name: `${option} ${strict}`,
      given: { ...given, config: checks({ [option]: strict }) },
      says: `filtered: ${says}`,
    },
    { name: `${option} ${lax}`, given: { ...given, config: checks({ [option]: lax }) }, says: 'passed' },
  ]),
  { name: 'shared disks need no room', given: disks(0, storage('fast', 99, { shared: true })), says: 'passed' },
  {
    name: 'the loss of a node must be survived',
    given: survives({ pve1: [10, 4], pve2: [5, 5, 4], pve3: [10, 10] }, 24),
    says: 'filtered: the loss of pve1 would leave 1 guest of its 1 (10 GiB) without a place (require_n_plus_1)',
  },
  { name: 'and would be', given: survives({ pve1: [20, 4], pve2: [20], pve3: [20] }, 48), says: 'passed' },
  {
    name: 'it would not be before either, and the move makes nothing worse',
    given: survives({ pve1: [40, 4], pve2: [4], pve3: [20] }, 40),
    says: 'passed',
  },
  {
    name: 'nobody says how memory is used',
    given: { config: checks({ require_n_plus_1: true }) },
    says: 'filtered: it is not known whether the loss of a node would be survived (require_n_plus_1)',
  },
  {
    name: 'a drain keeps to that among the nodes that remain',
    given: {
      ...survives({ pve2: [10], pve3: [10] }, 22),
      recommendation: { mandatory: 'drain' },
    },
    says: 'filtered: the loss of pve3 would leave 1 guest of its 1 (10 GiB) without a place (require_n_plus_1)',
  },
])('$name', ({ given, says }) => {
  expect(ask(safety, given)).toBe(says);
});

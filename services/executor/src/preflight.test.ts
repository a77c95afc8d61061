import type { ApprovedMigration, ConfigInput } from '@evenkeel/contracts';
import { describe, expect, it } from 'vitest';
import { type Look, preflight } from './preflight.ts';
import { approval, configOf } from './testing/index.ts';

const GiB = 2 ** 30;
const good: Look = {
  quorate: true,
  nodes: [
    { node: 'n1', status: 'online', cpu: 0.8, maxcpu: 32, mem: 200e9, maxmem: 256e9 },
    { node: 'n2', status: 'online', cpu: 0.3, maxcpu: 32, mem: 64e9, maxmem: 256e9 },
  ],
  guests: [
    {
      id: 'qemu/101',
      vmid: 101,
      node: 'n1',
      type: 'qemu',
      name: 'vm101',
      status: 'running',
      template: false,
      cpu: 0.5,
      maxcpu: 8,
      mem: 16e9,
      tags: [],
    },
  ],
  maintenance: [],
  storages: [],
  crs: { mode: 'dynamic', auto_rebalance: true },
  services: new Map(),
  ha_rules: [],
  preconditions: {
    running: true,
    allowed_nodes: ['n2'],
    not_allowed: {},
    unavailable_storages: {},
    local_disks: [],
    local_resources: [],
    dependent_ha_resources: [],
  },
  bridges: { needed: ['vmbr0'], here: ['vmbr0'], there: ['vmbr0'] },
  copied: false,
  moves: [],
  clocks: [
    { node: 'n1', ahead_ms: 0 },
    { node: 'n2', ahead_ms: -120_000 },
  ],
  processors: new Map(['n1', 'n2'].map((node) => [node, { model: 'x1', vendor: 'AuthenticAMD', version: '9.2.2' }])),
  guest_config: { cpu: 'host', meta: 'creation-qemu=9.2.0,ctime=17' },
};
type Difference = {
  guest?: object;
  source?: object;
  target?: object;
  /** Another guest, 102. */
  beside?: object;
  look?: Partial<Look>;
  pre?: object;
  config?: ConfigInput['automated_migrations'];
  nodes?: ConfigInput['nodes'];
  plan?: ApprovedMigration['migration_plan']['migration_type'];
  map?: Record<string, string>;
  order?: Partial<ApprovedMigration>;
};

const service = (auto_rebalance: boolean): Partial<Look> => ({
  services: new Map([['qemu/101', { sid: 'vm:101', type: 'vm', state: 'started', auto_rebalance }]]),
});
const zfs = {
  storage: 'zfs',
  node: 'n2',
  shared: false,
  active: true,
  content: ['images'],
  disk: 40 * GiB,
  maxdisk: 100 * GiB,
};
/** A guest with a disk on lvm, which n2 does not have. */
const unlike: Difference = {
  pre: {
    local_disks: [{ volid: 'lvm:vm-101-disk-0', size: 32 * GiB }],
    allowed_nodes: [],
    not_allowed: { n2: ['storage lvm is not available there'] },
    unavailable_storages: { n2: ['lvm'] },
  },
};
const clocks = (...seconds: number[]) => seconds.map((s, i) => ({ node: i === 0 ? 'n1' : 'n2', ahead_ms: 1000 * s }));
const affinity = { rule: 'home', type: 'node-affinity' as const, guests: ['qemu/101'] };

function judged({ guest, source, target, beside, look, pre, config = {}, nodes = {}, plan, map, order }: Difference) {
  const bare = approval(101, 'n1', 'n2', order);
  const m = map ? { ...bare, migration_plan: { ...bare.migration_plan, storage_map: map } } : bare;
  const migration = plan ? { ...m, migration_plan: { ...m.migration_plan, migration_type: plan } } : m;
  const seen: Look = {
    ...good,
    nodes: [
      { ...good.nodes[0]!, ...source },
      { ...good.nodes[1]!, ...target },
    ],
    guests: [
      { ...good.guests[0]!, ...guest },
      ...(beside ? [{ ...good.guests[0]!, id: 'qemu/102', vmid: 102, ...beside }] : []),
    ],
    preconditions: good.preconditions && { ...good.preconditions, ...pre },
    ...look,
  };
  return preflight(migration, seen, configOf({ nodes, automated_migrations: { dry_run: false, ...config } }));
}
const lxc: Difference = {
  guest: { type: 'lxc', id: 'lxc/101' },
  order: { type: 'lxc', guest: 'lxc/101' },
  plan: 'restart_migration',
};

describe('preflight lets through', () => {
  const options = { target: 'n2', online: true, with_local_disks: false, restart: false };
  const cases: [string, Difference, object][] = [
    ['a running guest, live', {}, options],
    ['its open connections with it, where its node can', { pre: { conntrack: true } }, { ...options, conntrack: true }],
    [
      'a stopped guest without them',
      { guest: { status: 'stopped' }, pre: { running: false, conntrack: true }, plan: 'offline_migration' },
      { ...options, online: false },
    ],
    [
      'its local disks with it',
      { pre: { local_disks: [{ volid: 'local-lvm:vm-101-disk-0' }] } },
      { ...options, with_local_disks: true },
    ],
    [
      'local disks with it though the verdict of Proxmox is not wanted',
      {
        config: { safety_checks: { verify_before_migrate: false } },
        pre: { local_disks: [{ volid: 'local-lvm:vm-101-disk-0' }], not_allowed: { n2: ['storage x is missing'] } },
      },
      { ...options, with_local_disks: true },
    ],
    [
      'disks to the storage that the plan names, where theirs is missing',
      { ...unlike, map: { lvm: 'zfs' }, look: { storages: [zfs] } },
      { ...options, with_local_disks: true, storage_map: { lvm: 'zfs' } },
    ],
    [
      'a cloud-init image, which Proxmox makes anew',
      { pre: { local_disks: [{ volid: 'lvm:vm-101-cloudinit' }] } },
      { ...options, with_local_disks: true },
    ],
    [
      'a stopped guest that was planned so',
      { guest: { status: 'stopped' }, pre: { running: false }, plan: 'offline_migration' },
      { ...options, online: false },
    ],
    [
      'a container, restarting, where that is allowed',
      { ...lxc, config: { rules: { allow_container_restarts: true } } },
      { ...options, online: false, restart: true },
    ],
    [
      'a container whose tag allows it',
      { ...lxc, guest: { ...lxc.guest, tags: ['restart-ok'] } },
      { ...options, online: false, restart: true },
    ],
    ['a guest whose bridges nobody can see', { look: { bridges: null } }, options],
    [
      'a guest whose bridges are hidden from the token',
      { look: { bridges: { needed: ['vmbr1'], here: [], there: [] } } },
      options,
    ],
    ['a guest between nodes one of whose clocks is wrong', { look: { clocks: clocks(0, 3600) } }, options],
    ['a guest between nodes that do not say what time it is', { look: { clocks: [] } }, options],
    ['a guest of a Proxmox that cannot be asked', { look: { preconditions: null } }, options],
    [
      'a guest to be left alone, where its node is emptied',
      { guest: { tags: ['ignore'] }, order: { mandatory: 'maintenance' }, config: { maintenance_nodes: ['n1'] } },
      options,
    ],
    [
      'a guest off a node that Proxmox has in maintenance',
      { look: { maintenance: ['n1'] }, order: { mandatory: 'maintenance' } },
      options,
    ],
    [
      'a guest off a node that HA has in maintenance',
      { source: { hastate: 'maintenance' }, order: { mandatory: 'maintenance' } },
      options,
    ],
    [
      'a guest that makes room for those of another node in maintenance',
      { look: { maintenance: ['n3'] }, order: { mandatory: 'maintenance', empties: 'n3' } },
      options,
    ],
    ['a guest that is pinned to the target', { guest: { tags: ['plb_pin_n2'] } }, options],
    [
      'a guest kept apart from one elsewhere',
      { guest: { tags: ['exclude_db'] }, beside: { node: 'n1', tags: ['exclude_db'] } },
      options,
    ],
    [
      'a guest ahead of the one it is bound to, which its plan takes along',
      {
        guest: { tags: ['affinity_db'] },
        beside: { node: 'n1', tags: ['affinity_db'] },
        order: { companions: ['qemu/102'] },
      },
      options,
    ],
    [
      'a guest that joins the one it is bound to',
      { guest: { tags: ['affinity_db'] }, beside: { node: 'n2', tags: ['affinity_db'] } },
      options,
    ],
    ['a guest whose identity is the one that was decided on', { order: { identity: 'ctime-17' } }, options],
    [
      'a guest with a common CPU type, to another model that can run it',
      {
        look: {
          guest_config: { cpu: 'x86-64-v2-AES' },
          processors: new Map([
            ['n1', { model: 'x1' }],
            ['n2', { model: 'x2', flags: ['aes', 'pni', 'popcnt', 'sse4_1', 'sse4_2', 'ssse3'] }],
          ]),
        },
      },
      options,
    ],
    ['a guest of HA that Proxmox leaves where it is', { look: service(false) }, options],
    [
      'a guest of HA whose services are only counted',
      { look: { ...service(true), crs: { mode: 'basic', auto_rebalance: true } } },
      options,
    ],
    [
      'a guest that an HA rule wants on the target',
      { look: { ha_rules: [{ ...affinity, nodes: { n2: 1 }, strict: true }] } },
      options,
    ],
    ['a guest whose name is not known', { guest: { name: undefined } }, options],
    [
      'without quorum where that is not asked for',
      { look: { quorate: false }, config: { safety_checks: { require_quorum: false } } },
      options,
    ],
    ['a node of which Proxmox does not list what is allowed', { pre: { allowed_nodes: undefined } }, options],
  ];
  it.each(cases)('%s', (_, difference, expected) => {
    expect(judged(difference)).toEqual({ go: true, options: expected });
  });
});

describe('preflight refuses', () => {
  const cases: [string, Difference, string, RegExp][] = [
    ['no quorum', { look: { quorate: false } }, 'not_allowed', /no quorum/],
    ['a guest that is gone', { look: { guests: [] } }, 'moved', /not there any more/],
    ['a template', { guest: { template: true } }, 'moved', /now a template/],
    ['another kind of guest', { guest: { type: 'lxc' } }, 'moved', /now a lxc/],
    ['another guest of that number', { guest: { name: 'db' } }, 'moved', /now called db, not vm101/],
    [
      'a guest made anew',
      { order: { identity: 'ctime-16' } },
      'moved',
      /not the guest that was decided on: it was created/,
    ],
    [
      'a guest that leaves the one it is bound to',
      { guest: { tags: ['affinity_db'] }, beside: { node: 'n1', tags: ['affinity_db'] } },
      'unwanted',
      /tag affinity_db binds it to qemu\/102, which is not on n2/,
    ],
    [
      'a guest that leaves the one that an HA rule binds it to',
      {
        beside: { node: 'n1' },
        look: {
          ha_rules: [{ rule: 'r', type: 'resource-affinity', guests: ['qemu/101', 'qemu/102'], affinity: 'positive' }],
        },
      },
      'unwanted',
      /HA rule r binds it to qemu\/102, which is not on n2/,
    ],
    ['a target that is to be ignored', { nodes: { n2: { ignore: true } } }, 'unwanted', /n2 is to be ignored/],
    [
      'the CPU of its node on another model',
      {
        look: {
          processors: new Map([
            ['n1', { model: 'x1' }],
            ['n2', { model: 'x2' }],
          ]),
        },
      },
      'unwanted',
      /its CPU type is host, and n2 has another model \(x2\)/,
    ],
    [
      'a VM with more vCPUs than the target has threads',
      { guest: { maxcpu: 24, cpu: 0.1 }, target: { maxcpu: 16 } },
      'unwanted',
      /it has 24 vCPUs, n2 has 16 threads/,
    ],
    [
      'a CPU of another vendor',
      {
        look: {
          guest_config: {},
          processors: new Map([
            ['n1', { vendor: 'GenuineIntel' }],
            ['n2', { vendor: 'AuthenticAMD' }],
          ]),
        },
      },
      'unwanted',
      /n2 has a CPU of AuthenticAMD, n1 one of GenuineIntel/,
    ],
    [
      'a target with an older Proxmox',
      {
        look: {
          processors: new Map([
            ['n1', { model: 'x1', version: '9.2.2' }],
            ['n2', { model: 'x1', version: '8.4.14' }],
          ]),
        },
      },
      'unwanted',
      /n2 has Proxmox VE 8\.4\.14, n1 the newer 9\.2\.2/,
    ],
    ['a guest elsewhere', { guest: { node: 'n3' } }, 'moved', /on n3, not on n1/],
    ['a locked guest', { guest: { lock: 'snapshot' } }, 'locked', /locked \(snapshot\)/],
    ['a guest that stopped', { guest: { status: 'stopped' } }, 'not_running', /is stopped, planned for running/],
    [
      'a guest that stopped after its row was written',
      { pre: { running: false } },
      'not_running',
      /is stopped by now, planned for running/,
    ],
    [
      'a guest that was started after its row was written',
      { guest: { status: 'stopped' }, plan: 'offline_migration' },
      'not_running',
      /is running by now, planned for stopped/,
    ],
    [
      'a machine whose clock no node agrees with',
      { look: { clocks: clocks(3600, 3599) } },
      'clocks_disagree',
      /^the clock of n1 is 3600 s ahead of this machine's, the clock of n2 is 3599 s ahead/,
    ],
    [
      'a fast clock',
      { look: { clocks: clocks(-121) } },
      'clocks_disagree',
      /n1 is 121 s behind this machine's: the cl/,
    ],
    ['a guest that was started', { plan: 'offline_migration' }, 'not_running', /is running, planned for stopped/],
    ['a guest that Proxmox balances itself', { look: service(true) }, 'unwanted', /CRS dynamic\) owns it/],
    ...['migrate', 'relocate', 'fence', 'recovery', 'freeze'].map((hastate): [string, Difference, string, RegExp] => [
      `a guest in HA state ${hastate}`,
      { guest: { hastate } },
      'locked',
      new RegExp(`HA holds qemu/101 in state ${hastate}`),
    ]),
    ['a guest that HA has given up', { guest: { hastate: 'error' } }, 'not_allowed', /in state error/],
    [
      'a guest of HA whose node is drained, but preferred by a rule with failback',
      {
        look: { ...service(false), ha_rules: [{ ...affinity, nodes: { n1: 2, n2: 1 } }] },
        config: { maintenance_nodes: ['n1'] },
      },
      'unwanted',
      /HA rule home would pull it back to n1, .*: ha-manager crm-command node-maintenance enable n1$/,
    ],
    [
      'a guest that an HA rule keeps off the target',
      { look: { ha_rules: [{ ...affinity, nodes: { n2: 0 }, affinity: 'negative' }] } },
      'unwanted',
      /HA rule home keeps it off n2/,
    ],
    [
      'a guest that an HA rule wants elsewhere',
      { look: { ha_rules: [{ ...affinity, nodes: { n1: 1 }, strict: true }] } },
      'unwanted',
      /HA rule home wants it on n1/,
    ],
    [
      'a guest that an HA rule keeps apart from one on the target',
      {
        beside: { node: 'n2' },
        look: {
          ha_rules: [{ rule: 'r', type: 'resource-affinity', guests: ['qemu/101', 'qemu/102'], affinity: 'negative' }],
        },
      },
      'unwanted',
      /HA rule r keeps it apart from qemu\/102 on n2/,
    ],
    ['a container', lxc, 'unwanted', /allow_container_restarts is off/],
    ['a guest that carries the balancer', { guest: { tags: ['evenkeel'] } }, 'unwanted', /it is tagged evenkeel/],
    [
      'a guest that carries the balancer, mandatory or not',
      { guest: { tags: ['evenkeel'] }, order: { mandatory: 'maintenance' } },
      'unwanted',
      /it is tagged evenkeel/,
    ],
    [
      'a guest that is to be left alone, and would only make room for those of a node that is emptied',
      {
        guest: { tags: ['ignore'] },
        order: { mandatory: 'drain', empties: 'n3' },
        config: { maintenance_nodes: ['n3'] },
      },
      'unwanted',
      /it is tagged ignore/,
    ],
    [
      'a guest off a node whose maintenance is over',
      { look: { maintenance: ['n3'] }, order: { mandatory: 'maintenance' } },
      'unwanted',
      /^qemu\/101: n1 is no longer in maintenance$/,
    ],
    [
      'room for guests of a node whose maintenance is over',
      { look: { maintenance: ['n1'] }, order: { mandatory: 'maintenance', empties: 'n3' } },
      'unwanted',
      /^qemu\/101: n3 is no longer in maintenance$/,
    ],
    [
      'a guest off a node that is in maintenance, and no longer drained',
      { look: { maintenance: ['n1'] }, order: { mandatory: 'drain' } },
      'unwanted',
      /^qemu\/101: n1 is no longer drained$/,
    ],
    ['a guest that is to be left alone', { guest: { tags: ['web;ignore'] } }, 'unwanted', /it is tagged ignore/],
    [
      'a guest to be left alone, of which a rule is broken',
      { guest: { tags: ['plb_ignore'] }, order: { mandatory: 'rule' } },
      'unwanted',
      /it is tagged plb_ignore/,
    ],
    ['a guest that is named', { config: { rules: { ignore_guests: ['vm1*'] } } }, 'unwanted', /ignore_guests names it/],
    [
      'a guest that is pinned elsewhere',
      { guest: { tags: ['plb_pin_n1'] } },
      'unwanted',
      /pin plb_pin_n1 wants it on n1/,
    ],
    [
      'a guest kept apart from one on the target',
      { guest: { tags: ['exclude_db'] }, beside: { node: 'n2', tags: ['exclude_db'] } },
      'unwanted',
      /tag exclude_db keeps it apart from qemu\/102 on n2/,
    ],
    ...(['maxmem', 'maxcpu', 'mem', 'cpu'] as const).map((figure): [string, Difference, string, RegExp] => [
      `a target of unknown ${figure}`,
      { target: { [figure]: undefined } },
      'target_unknown',
      /the figures of n2 could not be read/,
    ]),
    ...(['cpu', 'maxcpu', 'mem'] as const).map((figure): [string, Difference, string, RegExp] => [
      `a guest of unknown ${figure}`,
      { guest: { [figure]: undefined } },
      'target_unknown',
      /no figures of qemu\/101/,
    ]),
    ['a target that is off', { target: { status: 'offline' } }, 'target_unavailable', /n2 is offline/],
    ['a target that is gone', { look: { nodes: [] } }, 'target_unavailable', /not in the cluster/],
    ['a target in maintenance', { look: { maintenance: ['n2'] } }, 'target_unavailable', /n2 is in maintenance/],
    ['a target that HA empties', { target: { hastate: 'maintenance' } }, 'target_unavailable', /n2 is in maintenance/],
    ['a target that we empty', { config: { maintenance_nodes: ['n2'] } }, 'target_unavailable', /n2 is in maintenance/],
    ['too little memory', { target: { mem: 220e9 } }, 'target_full', /92\.2 % of its memory, 90 % at most/],
    [
      'too little memory beside what is reserved for the host',
      { target: { mem: 100e9 }, nodes: { n2: { memory_reserve_gib: 128 } }, guest: { mem: 110e9 } },
      'target_full',
      /92\.8 % of its memory, 90 % at most/,
    ],
    ['memory as the host sees it', { guest: { memhost: 180e9 } }, 'target_full', /95\.3 % of its memory/],
    ['too little CPU', { target: { cpu: 0.8 } }, 'target_full', /92\.5 % of its CPU, 85 % at most/],
    [
      'a target without its bridge',
      { look: { bridges: { needed: ['vmbr0', 'vmbr1'], here: ['vmbr0', 'vmbr1'], there: ['vmbr0'] } } },
      'not_allowed',
      /bridge vmbr1 of qemu\/101 is not on n2/,
    ],
    ['disks whose storage is not there', unlike, 'not_allowed', /storage lvm is not available there/],
    [
      'disks whose storage is not there, one of them without a place',
      {
        ...unlike,
        map: { lvm: 'zfs' },
        look: { storages: [zfs] },
        pre: { ...unlike.pre, not_allowed: { n2: ['storage lvm is …', 'mapped device gpu is not available there'] } },
      },
      'not_allowed',
      /mapped device gpu/,
    ],
    [
      'disks whose place is gone',
      { ...unlike, map: { lvm: 'zfs' }, look: { storages: [{ ...zfs, active: false }] } },
      'not_allowed',
      /storage zfs of its plan is not available on n2/,
    ],
    [
      'disks that do not fit',
      { ...unlike, map: { lvm: 'zfs' }, look: { storages: [{ ...zfs, disk: 60 * GiB }] } },
      'target_full',
      /n2 has 40 GiB of 100 GiB free on storage zfs for 32 GiB of disks, 10 % must stay free/,
    ],
    [
      'disks to another storage, where HA moves the guest by now',
      { ...unlike, map: { lvm: 'zfs' }, look: { ...service(false), storages: [zfs] } },
      'not_allowed',
      /under HA by now/,
    ],
    [
      'a local disk with snapshots',
      { pre: { local_disks: [{ volid: 'lvm:vm-101-disk-0', stays: 'a local disk with snapshots (a)' }] } },
      'not_allowed',
      /bound to its node by lvm:vm-101-disk-0: a local disk with snapshots \(a\)/,
    ],
    ['a bound guest', { pre: { local_resources: ['hostpci0'] } }, 'not_allowed', /bound to its node by hostpci0/],
    [
      'what Proxmox does not allow',
      { pre: { not_allowed: { n2: ['storage x is missing'] } } },
      'not_allowed',
      /storage x is missing/,
    ],
    ['what Proxmox does not list', { pre: { allowed_nodes: ['n3'] } }, 'not_allowed', /does not allow n2/],
  ];
  it.each(cases)('%s', (_, difference, code, reason) => {
    expect(judged(difference)).toEqual({ go: false, code, reason: expect.stringMatching(reason) });
  });
});

describe('preflight goes by the configuration', () => {
  const tight: Difference = { ...unlike, map: { lvm: 'zfs' }, look: { storages: [zfs] } };
  it.each<[string, Difference, number, number]>([
    ['max_node_cpu_percent', { target: { cpu: 0.5 } }, 60, 65],
    ['max_node_memory_percent', { target: { mem: 144e9 } }, 60, 65],
    ['min_storage_free_percent', tight, 30, 25],
  ])('%s', (option, difference, strict, lax) => {
    const at = (percent: number) => judged({ ...difference, config: { safety_checks: { [option]: percent } } });
    expect(at(strict)).toMatchObject({ go: false, code: 'target_full' });
    expect(at(lax)).toMatchObject({ go: true });
  });
});

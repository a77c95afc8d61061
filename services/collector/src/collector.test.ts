import { gzipSync } from 'node:zlib';
import { type Automation, clusterSampled } from '@evenkeel/contracts';
import { ProxmoxError } from '@evenkeel/proxmox';
import { describe, expect, it } from 'vitest';
import { type Cluster, guest, newCluster } from './testing/cluster.ts';
import { watch } from './testing/tick.ts';

const later = (cluster: Cluster, seconds: number): void => {
  cluster.now_s += seconds;
  for (const one of cluster.guests) one.uptime += seconds;
};
const configsAsked = (asked: string[]) => asked.filter((path) => path.endsWith('/config'));

describe('the first look', () => {
  it.each([
    ['of migrations', 'default=20480,migration=51200', 51_200 * 1024],
    ['of all where migrations have none of their own', { default: '20480' }, 20_480 * 1024],
    ['that is lifted for migrations', 'default=20480,migration=0', undefined],
    ['of something else', 'restore=1024', undefined],
    ['that nobody can read', 'migration=fast', undefined],
  ])('tells the limit of the cluster %s', async (_, bwlimit, expected) => {
    const { sample } = await watch(newCluster({ extra: { '/cluster/options': { bwlimit } } }))();
    expect(sample.migration_limit).toBe(expected);
  });

  it('tells the cluster and opens a run', async () => {
    const { sample } = await watch(newCluster())();
    expect(sample).toMatchObject({
      cluster: 'lab',
      at: '2027-01-15T08:00:00.000Z',
      sequence: 1,
      config_revision: '0123456789abcdef',
      run: { run_id: 'lab-20270115T080000Z' },
      quorate: true,
      version: '9.2.2',
      crs: { mode: 'static', auto_rebalance: false },
      running_migrations: [],
      problems: [],
    });
    expect(sample.nodes[0]).toMatchObject({
      node: 'n1',
      status: 'online',
      maintenance: false,
      cpu: 0.25,
      iowait: 0.02,
      pressure: { io_some: 1.5 },
      cpu_vendor: 'AuthenticAMD',
      cpu_model: 'AMD EPYC 7302',
      version: '9.2.2',
      speed_factor: 1,
    });
    expect(sample.nodes[0]?.storages.map(({ storage, shared }) => [storage, shared])).toEqual([
      ['ceph', true],
      ['local', false],
    ]);
    expect(sample.guests[0]).toMatchObject({
      guest: 'qemu/100',
      node: 'n1',
      cpu: 0.12346,
      mem_source: 'balloon',
      netin: 0,
      identity: 'ctime-1700000100',
      constraints: { storages: ['ceph'], local_disks: 0, bridges: ['vmbr0'], cpu_type: 'kvm64' },
    });
  });

  it('tells what Proxmox remembers, once', async () => {
    const look = watch(newCluster());
    const { past } = await look();
    expect(past.map(({ node, part }) => [node, part])).toEqual([
      ['n1', 1],
      ['n2', 1],
    ]);
    expect(past[0]?.guests.map(({ guest, identity }) => [guest, identity])).toEqual([['qemu/100', 'ctime-1700000100']]);
    expect(past[0]?.node_maxmem).toBe(64 * 2 ** 30);
    const [oldest] = past[0]?.node_history ?? [];
    expect(oldest?.slice(0, 2)).toEqual([1_800_000_000 - 7 * 86_400, 1800]);
    expect(past[0]?.node_history.at(-1)?.slice(0, 2)).toEqual([1_800_000_000 - 300, 300]);
    expect((await look()).past).toEqual([]);
  });

  it('reads nothing of the past where that is switched off', async () => {
    const { past, asked } = await watch(newCluster(), { collection: { backfill: false } })();
    expect(past).toEqual([]);
    expect(asked.filter((path) => /nodes.*tasks|qemu.*rrddata/.test(path))).toEqual([]);
  });
});

describe('the looks after it', () => {
  it('count on, know rates, ask for no configuration again', async () => {
    const cluster = newCluster();
    const look = watch(cluster);
    await look();
    later(cluster, 30);
    const { sample, asked } = await look();
    expect(sample.sequence).toBe(2);
    expect(sample.run).toBeUndefined();
    expect(sample.guests[0]).toMatchObject({
      netin: 10,
      netout: 20,
      diskread: 0,
      diskwrite: 30,
      identity: 'ctime-1700000100',
    });
    expect(sample.nodes[0]?.pressure).toEqual({ io_some: 1.5 });
    expect(configsAsked(asked)).toEqual([]);
    expect(asked.length).toBe(11);
  });

  it('open a run every five minutes', async () => {
    const cluster = newCluster();
    const look = watch(cluster);
    const runs: (string | undefined)[] = [];
    for (let i = 0; i < 21; i++) {
      runs.push((await look()).sample.run?.run_id);
      later(cluster, 30);
    }
    expect(runs.filter((id) => id !== undefined)).toEqual([
      'lab-20270115T080000Z',
      'lab-20270115T080500Z',
      'lab-20270115T081000Z',
    ]);
  });

  it('read a configuration again where its guest looks different', async () => {
    const cluster = newCluster();
    const look = watch(cluster);
    await look();
    later(cluster, 30);
    Object.assign(cluster.guests[0]!, {
      name: 'renamed',
      config: { ...cluster.guests[0]!.config, hostpci0: '0000:01:00.0' },
    });
    const { sample, asked } = await look();
    expect(configsAsked(asked)).toEqual(['/nodes/n1/qemu/100/config']);
    expect(sample.guests[0]).toMatchObject({
      name: 'renamed',
      identity: 'ctime-1700000100',
      constraints: { local_devices: ['hostpci0'] },
    });
  });

  it('follow a guest that moved, and its counters from their new beginning', async () => {
    const cluster = newCluster();
    const look = watch(cluster);
    await look();
    later(cluster, 30);
    Object.assign(cluster.guests[0]!, { node: 'n2', uptime: 10 });
    const { sample, past } = await look();
    expect(sample.guests[0]).toMatchObject({ node: 'n2', netin: 10, identity: 'ctime-1700000100' });
    expect(past).toEqual([]);
  });

  it('know another guest under an old number', async () => {
    const cluster = newCluster();
    const look = watch(cluster);
    await look();
    later(cluster, 30);
    const created = cluster.now_s - 7200;
    cluster.guests[0] = guest(100, 'n1', { name: 'new', uptime: 20, config: { meta: `ctime=${created}` } });
    const { sample, past } = await look();
    expect(sample.guests[0]?.identity).toBe(`ctime-${created}`);
    const [told] = past[0]?.guests ?? [];
    expect(told?.identity).toBe(`ctime-${created}`);
    expect(told?.history[0]?.[0]).toBeGreaterThanOrEqual(created);
  });

  it('learn of a guest and of a node that come, and forget those that go', async () => {
    const cluster = newCluster();
    const look = watch(cluster);
    await look();
    cluster.nodes = { n1: 'online', n3: 'online' };
    cluster.guests = [guest(100, 'n1'), guest(300, 'n3')];
    const { sample, past } = await look();
    expect(sample.guests.map(({ guest }) => guest)).toEqual(['qemu/100', 'qemu/300']);
    expect(past.map(({ node, guests }) => [node, guests.map(({ guest }) => guest)])).toEqual([['n3', ['qemu/300']]]);
  });
});

describe('what the cluster goes through', () => {
  it('a node that somebody drains counts as in maintenance, says by whom, and opens a run at once', async () => {
    const drained = { since: '2027-01-15T07:00:00.000Z', by: 'anna', reason: 'new memory' };
    const { sample } = await watch(newCluster(), {}, { revision: 1, drained: { n1: drained } })();
    expect(sample.nodes[0]).toMatchObject({ node: 'n1', maintenance: true, drained });
    expect(sample.nodes[1]).toMatchObject({ node: 'n2', maintenance: false });
    expect(sample.nodes[1]).not.toHaveProperty('drained');
    const asked: Automation = { revision: 0, drained: {} };
    const cluster = newCluster();
    const look = watch(cluster, {}, asked);
    const runs: boolean[] = [];
    for (const node of [undefined, undefined, 'n1', undefined]) {
      if (node) asked.drained[node] = drained;
      runs.push((await look()).sample.run !== undefined);
      cluster.now_s += 30;
    }
    expect(runs).toEqual([true, false, true, false]);
  });

  it('a node that is gone, one in maintenance by Proxmox whatever the configuration says, one by that alone', async () => {
    const cluster = newCluster({
      nodes: { n1: 'online', n2: 'online', n3: 'offline', n4: 'online' },
      extra: { '/cluster/ha/status/manager_status': { manager_status: { node_status: { n2: 'maintenance' } } } },
    });
    const config = { automated_migrations: { maintenance_nodes: ['n2', 'n4'] }, nodes: { n1: { speed_factor: 2 } } };
    const { sample, asked } = await watch(cluster, config)();
    expect(sample.nodes.map((n) => [n.node, n.status, n.maintenance, n.maintenance_named, n.speed_factor])).toEqual([
      ['n1', 'online', false, undefined, 2],
      ['n2', 'online', true, undefined, 1],
      ['n3', 'offline', false, undefined, 1],
      ['n4', 'online', true, true, 1],
    ]);
    expect(asked).not.toContain('/nodes/n3/status');
    expect(asked).not.toContain('/nodes/n3/tasks');
  });

  it('running migrations, with their targets, whoever began them', async () => {
    const upid = 'UPID:n1:0000ABCD:0012D687:6B49D000:qmigrate:100:root@pam:';
    const lost = 'UPID:n3:0000ABCD:0012D687:6B49D000:qmigrate:102:root@pam:';
    const cluster = newCluster({
      nodes: { n1: 'online', n2: 'online', n3: 'offline' },
      guests: [guest(100, 'n1'), guest(101, 'n2', { row: { hastate: 'migrate' } })],
      extra: {
        '/cluster/tasks': [
          { upid },
          { upid: lost },
          { upid: upid.replace('0000ABCD', '0000ABCE'), endtime: 1, status: 'OK' },
        ],
        [`/nodes/n1/tasks/${upid}/log`]: [
          { n: 1, t: "2027-01-15 08:00:00 starting migration of VM 100 to node 'n2' (10.0.0.2)" },
        ],
      },
    });
    const { sample } = await watch(cluster)();
    expect(sample.running_migrations).toEqual([
      { guest: 'qemu/100', source: 'n1', target: 'n2', upid, started_at: new Date(0x6b49d000 * 1000).toISOString() },
      { guest: 'qemu/101', source: 'n2' },
    ]);
  });

  it('rules of high availability', async () => {
    const { sample } = await watch(
      newCluster({
        extra: {
          '/cluster/ha/resources': [{ sid: 'vm:100', state: 'started', 'auto-rebalance': 0, failback: 0 }],
          '/cluster/ha/rules': [
            { rule: 'b', type: 'resource-affinity', resources: 'vm:101,vm:100,ct:7', affinity: 'negative' },
            { rule: 'a', type: 'node-affinity', resources: 'vm:100', nodes: 'n1:2,n2', strict: 1 },
            { rule: 'off', type: 'node-affinity', resources: 'vm:100', nodes: 'n1', disable: 1 },
            { rule: 'new', type: 'time-affinity', resources: 'vm:100' },
          ],
        },
      }),
    )();
    expect(sample.ha_rules).toEqual([
      { rule: 'a', type: 'node-affinity', guests: ['qemu/100'], nodes: { n1: 2, n2: 0 }, strict: true },
      { rule: 'b', type: 'resource-affinity', guests: ['lxc/7', 'qemu/100', 'qemu/101'], affinity: 'negative' },
    ]);
    expect(sample.guests.map(({ ha }) => ha)).toEqual([
      { state: 'started', auto_rebalance: false, failback: false },
      undefined,
    ]);
    expect(sample.problems).toEqual(['HA rule new is of a kind that is not understood: time-affinity.']);
  });

  it('migrations of the past, out of the archives of tasks', async () => {
    const upid = 'UPID:n1:0000ABCD:0012D687:6B400000:qmigrate:100:root@pam:';
    const failed = upid.replace('0000ABCD', '0000ABCE');
    const at = '2027-01-08 10:00:00';
    const log = (...lines: string[]) => lines.map((t, n) => ({ n, t }));
    const cluster = newCluster({
      guests: [],
      extra: {
        '/nodes/n1/tasks': [
          { upid, starttime: 0x6b400000, endtime: 0x6b400000 + 18, status: 'OK' },
          { upid: failed, starttime: 0x6b400000, endtime: 0x6b400000 + 1, status: 'migration aborted' },
        ],
        [`/nodes/n1/tasks/${upid}/log`]: log(
          `${at} starting migration of VM 100 to node 'n2' (10.0.0.2)`,
          `${at} migration active, transferred 1.0 GiB of 4.0 GiB VM-state, 399.1 MiB/s`,
          `${at} migration finished successfully (duration 00:00:18)`,
          'TASK OK',
        ),
        [`/nodes/n1/tasks/${failed}/log`]: log('TASK ERROR: migration aborted'),
      },
    });
    const look = watch(cluster);
    await look();
    later(cluster, 30);
    const { past } = await look();
    const started_at = new Date(0x6b400000 * 1000).toISOString();
    const both = { guest: 'qemu/100', source: 'n1', started_at };
    expect(past.flatMap(({ migrations }) => migrations)).toEqual([
      {
        ...both,
        upid,
        target: 'n2',
        ended_at: new Date((0x6b400000 + 18) * 1000).toISOString(),
        ok: true,
        transfer: { duration_seconds: 18, bytes: 2 ** 30, ram_bytes: 2 ** 32 },
      },
      { ...both, upid: failed, ended_at: new Date((0x6b400000 + 1) * 1000).toISOString(), ok: false },
    ]);
    expect((await look()).past).toEqual([]);
  });

  it('snapshots that hold memory', async () => {
    const cluster = newCluster({
      guests: [guest(100, 'n1', { config: { parent: 'before' } })],
      extra: { '/nodes/n1/qemu/100/snapshot': [{ name: 'before', vmstate: 1 }, { name: 'current' }] },
    });
    expect((await watch(cluster)()).sample.guests[0]?.constraints?.snapshots_with_state).toBe(true);
  });
});

it('the same cluster in another order is the same sample', async () => {
  const storages = {
    '/cluster/ha/rules': ['b', 'a'].map((rule) => ({ rule, type: 'node-affinity', resources: 'vm:101,vm:100' })),
  };
  const look = async (turn: <T>(list: T[]) => T[]) => {
    const guests = turn([
      guest(100, 'n1'),
      guest(101, 'n2'),
      guest(102, 'n1', { row: { tags: turn(['x', 'y']).join(';') } }),
    ]);
    const nodes = Object.fromEntries(turn(Object.entries(newCluster().nodes)));
    const cluster = newCluster({
      guests,
      nodes,
      extra: Object.fromEntries(Object.entries(storages).map(([k, v]) => [k, turn(v)])),
    });
    const { sample, past } = await watch(cluster)();
    return { sample, past };
  };
  expect(await look((list) => [...list].reverse())).toEqual(await look((list) => list));
});

describe('trouble', () => {
  it('with a part is said, and what depends on it stays on the safe side', async () => {
    const no = { status: 403, reason: 'Permission check failed (/, Sys.Audit)' };
    const cluster = newCluster({
      guests: [guest(100, 'n1', { row: { hastate: 'started' } })],
      broken: {
        '/cluster/options': no,
        '/cluster/ha/resources': no,
        '/nodes/n2/status': { status: 595, reason: 'No route to host' },
        '/nodes/n1/qemu/100/config': { status: 500, reason: 'got timeout' },
      },
    });
    const { sample } = await watch(cluster)();
    expect(sample.problems.map((said) => said.split(':')[0])).toEqual([
      'The options of the cluster could not be read',
      'The HA resources could not be read',
      'The status of node n2 could not be read',
      'The configuration of qemu/100 could not be read',
    ]);
    expect(sample.crs).toEqual({ mode: 'unknown', auto_rebalance: true });
    expect(sample.guests[0]).toMatchObject({ ha: { state: 'started', auto_rebalance: true }, identity: 'unread' });
    expect(sample.guests[0]?.constraints).toBeUndefined();
    expect(sample.nodes[1]).toMatchObject({ node: 'n2', cpu: 0.25 });
    expect(sample.nodes[1]?.iowait).toBeUndefined();
  });

  it.each([
    {
      path: '/cluster/ha/rules',
      rows: [{ rule: 'apart', type: 7, resources: 'vm:100,vm:101' }],
      says: 'An HA rule could not be read: "apart".',
      unread: ['ha_rules'],
    },
    {
      path: '/cluster/ha/rules',
      rows: [{ rule: 'apart', type: 'resource-affinity', resources: { 'vm:100': 1 }, affinity: 'negative' }],
      says: 'An HA rule could not be read: "apart".',
      unread: ['ha_rules'],
    },
    {
      path: '/cluster/ha/rules',
      rows: [{ rule: 'x; ignore all else', resources: 'vm:100' }, 'rubbish'],
      says: '2 HA rules could not be read.',
      unread: ['ha_rules'],
    },
    {
      path: '/cluster/ha/resources',
      rows: [{ sid: 100, state: 'started' }],
      says: 'An HA resource could not be read.',
      unread: ['ha_resources'],
    },
    {
      path: '/cluster/ha/status/manager_status',
      rows: { manager_status: { node_status: { n2: ['maintenance'], n1: 'online' } } },
      says: 'The HA state of a node could not be read: "n2".',
      unread: ['maintenance'],
    },
    {
      path: '/cluster/ha/status/manager_status',
      rows: { manager_status: 'node_status' },
      says: 'The HA state of a node could not be read.',
      unread: ['maintenance'],
    },
    {
      path: '/cluster/tasks',
      rows: [{ upid: 'UPID:n1:qmigrate' }],
      says: 'A task of the cluster could not be read: "UPID:n1:qmigrate".',
      unread: ['tasks'],
    },
    {
      path: '/cluster/resources',
      rows: [
        { type: 'qemu', vmid: 'x', id: 'qemu/x', node: 'n1' },
        { type: 'lxc', vmid: 7 },
        { type: 'node', status: 'online' },
      ],
      says: '2 guests could not be read.',
      unread: undefined,
      more: ['A node could not be read.'],
    },
    {
      path: '/cluster/status',
      rows: [{ type: 'cluster', quorate: 1 }, { name: 'n1' }],
      says: 'A member of the cluster could not be read: "n1".',
      unread: undefined,
    },
  ])('a row of $path that cannot be read is told: $says', async ({ path, rows, says, unread, more = [] }) => {
    const { sample } = await watch(newCluster({ extra: { [path]: rows } }))();
    expect(sample.problems).toEqual([says, ...more]);
    expect(sample.unread).toEqual(unread);
  });

  it.each([
    { path: '/cluster/ha/rules', unread: ['ha_rules'] },
    { path: '/cluster/ha/resources', unread: ['ha_resources'] },
    { path: '/cluster/ha/status/manager_status', unread: ['maintenance'] },
    { path: '/cluster/options', unread: ['options'] },
    { path: '/cluster/tasks', unread: ['tasks'] },
  ])('with all of $path is told by its name', async ({ path, unread }) => {
    const { sample } = await watch(newCluster({ broken: { [path]: { status: 500, reason: 'no' } } }))();
    expect(sample.unread).toEqual(unread);
  });

  it.each([
    { name: 'PVE 8: no rules', broken: {} },
    {
      name: 'PVE 9: no groups',
      broken: { '/cluster/ha/groups': { status: 500, reason: 'groups have been migrated to rules' } },
    },
    { name: 'neither', broken: { '/cluster/ha/groups': { status: 501, reason: 'not implemented' } } },
  ])('a call that this version does not have is not unread ($name)', async ({ broken }) => {
    const none = { status: 501, reason: 'not implemented' };
    const { sample } = await watch(newCluster({ broken: { '/cluster/ha/rules': none, ...broken } }))();
    expect(sample.unread).toBeUndefined();
  });

  it.each(['/cluster/resources', '/cluster/status'])('with %s means no sample at all', async (path) => {
    const cluster = newCluster({ broken: { [path]: { status: 500, reason: 'cluster not ready' } } });
    await expect(watch(cluster)()).rejects.toThrow(ProxmoxError);
  });

  it('with the past of a guest does not hold up the others, and is not tried for ever', async () => {
    const cluster = newCluster({ broken: { '/nodes/n1/qemu/100/rrddata': { status: 596, reason: 'Broken pipe' } } });
    const look = watch(cluster);
    expect((await look()).past.flatMap(({ guests }) => guests.map(({ guest }) => guest))).toEqual(['qemu/101']);
    for (let i = 0; i < 4; i++) await look();
    expect((await look()).asked.filter((path) => path.includes('/qemu/'))).toEqual([]);
  });
});

describe('a large cluster', () => {
  const nodes = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`node-${i + 1}`, 'online' as const]));
  const many = (count: number, on: string[]) =>
    Array.from({ length: count }, (_, i) =>
      guest(1000 + i, on[i % on.length] as string, { uptime: 5_000 + ((i * 7919) % 99_991) }),
    );

  it('is read a little at a time, each guest once, in events of bounded size', async () => {
    const cluster = newCluster({ guests: many(60, ['n1', 'n2']) });
    const look = watch(cluster, { collection: { backfill_requests_per_second: 1 } });
    const told: string[] = [];
    let samples = 0;
    while (told.length < 60 && samples++ < 12) {
      const { past, asked } = await look();
      expect(asked.filter((path) => /config|qemu.*rrddata|tasks/.test(path)).length).toBeLessThanOrEqual(31);
      for (const event of past) {
        expect(JSON.stringify(event).length).toBeLessThan(400 * 1024);
        told.push(...event.guests.map(({ guest }) => guest));
      }
      later(cluster, 30);
    }
    expect([told.length, new Set(told).size, samples]).toEqual([60, 60, 7]);
  });

  it('of 64 nodes and 3,000 guests fits into one event', async () => {
    const any = (i: number, below: number): number => ((i + 1) * 2_654_435_761) % below;
    const guests = many(3000, Object.keys(nodes)).map((one, i) => ({
      ...one,
      row: {
        cpu: any(i, 1e9) / 1e9,
        mem: any(i, 2 ** 33),
        memhost: any(i, 2 ** 34),
        netin: any(i, 1e9),
        diskread: any(i, 1e8),
      },
    }));
    const cluster = newCluster({ nodes, guests });
    const look = watch(cluster, { collection: { backfill: false } });
    await look();
    later(cluster, 30);
    for (const [i, one] of guests.entries())
      Object.assign(one.row, { netin: any(i, 1e9) + any(i, 1e8), diskread: any(i, 1e8) + any(i, 1e7) });
    const { sample } = await look();
    const known = sample.guests.find(({ constraints }) => constraints)?.constraints;
    const whole = { ...sample, guests: sample.guests.map((one) => ({ constraints: known, ...one })) };
    expect(whole.guests.filter(({ constraints, netin }) => constraints && netin > 0).length).toBeGreaterThan(2900);
    expect(gzipSync(JSON.stringify(whole)).length).toBeLessThan(clusterSampled.budget_bytes / 2);
  });
});

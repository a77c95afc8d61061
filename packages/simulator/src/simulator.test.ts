import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DescriptionInput } from './description.ts';
import type { FaultInput } from './fault.ts';
import { createSimulator, type Simulator } from './simulator.ts';

const TOKEN = 'PVEAPIToken=bal@pve!lb=secret';
const tokens = [{ id: 'bal@pve!lb', secret: 'secret' }];
const constant = (level: number) => ({ kind: 'constant' as const, level });

/** Three nodes of 8 threads on a link of 100 MiB/s; one VM of 1000 MiB that is all in use, and a container. */
const small = (more: Partial<DescriptionInput> = {}): DescriptionInput => ({
  tokens,
  nodes: ['a', 'b', 'c'].map((name) => ({ name, threads: 8, memory_gib: 32, link_mib_s: 100 })),
  guests: [
    {
      vmid: 100,
      name: 'web',
      node: 'a',
      vcpus: 4,
      memory_gib: 1,
      dirty_mib_s: 10,
      load: constant(0.5),
      memory: { level: 0.8, drift: 0 },
    },
    {
      vmid: 101,
      name: 'ct',
      type: 'lxc',
      node: 'a',
      vcpus: 2,
      memory_gib: 1,
      load: constant(0.5),
      memory: { level: 0.5, drift: 0 },
    },
    {
      vmid: 102,
      name: 'db',
      node: 'b',
      vcpus: 4,
      memory_gib: 4,
      load: constant(0.5),
      memory: { level: 0.5, drift: 0 },
    },
  ],
  ...more,
});

const drive = (simulator: Simulator) => {
  const call = (method: string, path: string, values: Record<string, string> = {}) => {
    const answer = simulator.handle({
      method,
      path,
      authorization: TOKEN,
      ...(method === 'POST' ? { form: values } : { query: values }),
    });
    return {
      ...answer,
      data: answer.body ? JSON.parse(answer.body).data : undefined,
      whole: answer.body ? JSON.parse(answer.body) : undefined,
    };
  };
  const after = (seconds: number) => simulator.advance(simulator.now() + seconds * 1000);
  return {
    call,
    after,
    get: (path: string, values?: Record<string, string>) => call('GET', path, values).data,
    move: (vmid: number, target: string, more: Record<string, string> = {}) => {
      const guest = simulator.inspect().guests.find((g) => g.vmid === vmid);
      const how = guest?.id.startsWith('lxc') ? { restart: '1' } : { online: '1' };
      return call('POST', `/nodes/${guest?.node}/${guest?.id}/migrate`, { target, ...how, ...more });
    },
    row: (vmid: number) =>
      call('GET', '/cluster/resources', { type: 'vm' }).data.find((row: { vmid: number }) => row.vmid === vmid),
    log: (upid: string): string[] =>
      call('GET', `/nodes/${upid.split(':')[1]}/tasks/${upid}/log`, { limit: '0' }).data.map(
        (line: { t: string }) => line.t,
      ),
    status: (upid: string) => call('GET', `/nodes/${upid.split(':')[1]}/tasks/${upid}/status`).data,
  };
};

const begin = (more?: Partial<DescriptionInput>) => {
  const simulator = createSimulator(small(more));
  return { simulator, ...drive(simulator) };
};

it('forgets the tasks of long ago, but for the last hundred', () => {
  const { move, after, get, status } = begin();
  const shuttle = () => {
    const upid: string = move(100, get('/nodes/a/qemu').length > 0 ? 'b' : 'a').data;
    after(120);
    return upid;
  };
  const first = shuttle();
  for (let n = 0; n < 119; n++) shuttle();
  expect(status(first)).toMatchObject({ exitstatus: 'OK' });
  after(6 * 3600);
  const last = shuttle();
  expect(status(first)).toBeNull();
  expect(status(last)).toMatchObject({ exitstatus: 'OK' });
  const left = ['a', 'b'].flatMap((node) => get(`/nodes/${node}/tasks`, { limit: '500' }));
  expect(left.length).toBe(100);
});

describe('a live migration as the API shows it', () => {
  it('is locked on its source until the end, then on the target; counters begin anew', () => {
    const { move, row, after, status } = begin();
    after(20);
    const before = row(100);
    const upid = move(100, 'b').data;
    expect(row(100)).toMatchObject({ node: 'a', lock: 'migrate', status: 'running' });
    after(10);
    expect(row(100)).toMatchObject({ node: 'a', lock: 'migrate' });
    expect(status(upid)).toMatchObject({
      status: 'running',
      type: 'qmigrate',
      id: '100',
      user: 'bal@pve',
      tokenid: 'lb',
    });
    after(60);
    const now = row(100);
    expect(now).toMatchObject({ node: 'b', status: 'running' });
    expect(now.lock).toBeUndefined();
    expect(now.uptime).toBeLessThan(before.uptime);
    expect(now.netin).toBeLessThan(before.netin);
    expect(status(upid)).toMatchObject({ status: 'stopped', exitstatus: 'OK' });
  });

  it('is unknown on the target until its node speaks, then without CPU, then whole', () => {
    const { simulator, move, row, after } = begin();
    move(100, 'b');
    const seen: string[] = [];
    for (let s = 0; s < 60; s++) {
      after(1);
      const { node, status, cpu } = row(100);
      const what = `${node} ${status} ${cpu === undefined ? '-' : cpu > 0 ? 'cpu' : 'no cpu'}`;
      if (seen.at(-1) !== what) seen.push(what);
    }
    expect(seen).toEqual(['a running cpu', 'b unknown -', 'b running no cpu', 'b running cpu']);
    expect(simulator.inspect().moves).toHaveLength(1);
  });

  it('takes as long as its resident memory says, not its configured', () => {
    const { simulator, move, after } = begin();
    move(100, 'b');
    after(120);
    const resident = 1024 * 0.8 * 1.06 + 96;
    const second = (10 * resident) / 100;
    const expected = 5 + resident / 100 + second / 100 + 0.03 + 2;
    const [done] = simulator.inspect().moves;
    expect(((done?.ended ?? 0) - (done?.started ?? 0)) / 1000).toBeGreaterThan(expected - 0.2);
    expect(((done?.ended ?? 0) - (done?.started ?? 0)) / 1000).toBeLessThan(expected + 0.3);
    expect(done).toMatchObject({ ok: true, kind: 'live', source: 'a', target: 'b', exit: 'OK' });
  });

  it('logs what Proxmox logs', () => {
    const { move, after, log } = begin();
    const upid = move(100, 'b').data;
    after(60);
    const lines = log(upid);
    for (const pattern of [
      /starting migration of VM 100 to node 'b' \(192\.0\.2\.2\)$/,
      /migration active, transferred [\d.]+ [KMGT]?i?B of 1\.0 GiB VM-state, 100\.0 MiB\/s/,
      /average migration speed: [\d.]+ \w+\/s - downtime \d+ ms$/,
      /migration finished successfully \(duration 00:00:1\d\)$/,
      /^TASK OK$/,
    ])
      expect(lines.filter((line) => pattern.test(line)).length, String(pattern)).toBeGreaterThan(0);
    expect(lines.at(-1)).toBe('TASK OK');
  });

  it('counts memory and work on both nodes while it runs', () => {
    const { simulator, move, after } = begin();
    const node = (name: string) => simulator.inspect().nodes.find((n) => n.node === name);
    const before = { a: node('a'), b: node('b') };
    move(100, 'b');
    after(8);
    expect(node('b')?.mem).toBeGreaterThan((before.b?.mem ?? 0) + 800 * 1024 ** 2);
    expect(node('b')?.demand).toBeCloseTo((before.b?.demand ?? 0) + 0.5, 6);
    expect(node('a')?.demand).toBeCloseTo((before.a?.demand ?? 0) + 0.5 - 0.1 * 2, 6);
    after(60);
    expect(node('a')?.mem).toBeLessThan(before.a?.mem ?? 0);
    expect(node('a')?.demand).toBeCloseTo((before.a?.demand ?? 0) - 2, 6);
  });

  it('shares the link with another from the same node', () => {
    const alone = begin();
    alone.move(100, 'b');
    alone.after(300);
    const both = begin({
      guests: [
        ...(small().guests ?? []),
        {
          vmid: 103,
          name: 'twin',
          node: 'a',
          vcpus: 4,
          memory_gib: 1,
          dirty_mib_s: 10,
          load: constant(0.5),
          memory: { level: 0.8, drift: 0 },
        },
      ],
    });
    both.move(100, 'b');
    both.move(103, 'c');
    both.after(300);
    const took = (s: Simulator, vmid: number) => {
      const done = s.inspect().moves.find((m) => m.vmid === vmid);
      return ((done?.ended ?? 0) - (done?.started ?? 0)) / 1000 - 7;
    };
    const ratio = took(both.simulator, 100) / took(alone.simulator, 100);
    expect(ratio).toBeGreaterThan(1.9);
    expect(ratio).toBeLessThan(2.3);
  });
});

it('a container is stopped, and started on the target', () => {
  const { simulator, move, after, row, log } = begin();
  const upid = move(101, 'b').data;
  after(4);
  expect(simulator.inspect().guests.find((g) => g.vmid === 101)).toMatchObject({
    node: 'a',
    running: false,
    lock: 'migrate',
  });
  after(30);
  expect(row(101)).toMatchObject({ node: 'b', status: 'running', type: 'lxc' });
  expect(simulator.inspect().moves[0]?.downtime_ms).toBeCloseTo(9000, 0);
  expect(log(upid).some((line) => line.endsWith('shutdown CT 101'))).toBe(true);
});

it('an overloaded node serves its guests in proportion, and says so', () => {
  const heavy = [100, 101].map((vmid, n) => ({
    vmid,
    name: `g${n}`,
    node: 'a',
    vcpus: 8,
    memory_gib: 1,
    load: constant(n === 0 ? 1 : 0.5),
  }));
  const { simulator, row, after, get } = begin({ guests: heavy });
  after(60);
  const { nodes, guests } = simulator.inspect();
  const wanted = 12 + 0.05 + 0.004 * 8;
  expect(nodes[0]?.demand).toBeCloseTo(wanted, 6);
  expect(nodes[0]?.cpu).toBe(1);
  expect(guests[0]?.served).toBeCloseTo((8 * 8) / wanted, 6);
  expect(row(101).cpu).toBeCloseTo((4 * 8) / wanted / 8, 6);
  const last = get('/nodes/a/rrddata', { timeframe: 'hour' }).at(-1);
  expect(last.pressurecpusome).toBeGreaterThan(30);
});

describe('figures are as old as Proxmox has them', () => {
  it('each node speaks every ten seconds at its own moment', () => {
    const { simulator, get, after } = begin({
      guests: [{ vmid: 100, name: 'x', node: 'a', load: { kind: 'steady', level: 0.4, noise: 0.5 } }],
    });
    const changes: number[] = [];
    let last: number | undefined;
    for (let s = 0; s < 100; s++) {
      const { cpu } = get('/cluster/resources', { type: 'node' }).find((row: { node: string }) => row.node === 'a');
      if (cpu !== last) changes.push(simulator.now());
      last = cpu;
      after(1);
    }
    const gaps = changes.slice(2).map((at, n) => at - (changes[n + 1] as number));
    expect(new Set(gaps)).toEqual(new Set([10_000]));
  });
  it('a silent node keeps its rows for five minutes', () => {
    const { simulator, row, after } = begin();
    simulator.faults.add({ kind: 'node_silent', node: 'a' });
    after(60);
    const held = row(100);
    after(200);
    expect(row(100)).toMatchObject({ status: 'running', cpu: held.cpu, uptime: held.uptime });
    after(60);
    expect(row(100)).toEqual({ id: 'qemu/100', vmid: 100, type: 'qemu', node: 'a', status: 'unknown' });
  });
});

describe('faults', () => {
  const outcome = (fault: FaultInput, seconds = 120) => {
    const scene = begin();
    scene.simulator.faults.add(fault);
    const answer = scene.move(100, 'b');
    scene.after(seconds);
    const guest = scene.simulator.inspect().guests[0];
    return { ...scene, answer, guest, moved: scene.simulator.inspect().moves[0] };
  };

  it('refuse: nothing begins', () => {
    const { answer, simulator } = outcome({ kind: 'refuse', vmid: 100, message: 'VM is locked (backup)' });
    expect(answer).toMatchObject({ status: 500, reason: 'VM is locked (backup)' });
    expect(simulator.inspect().moves).toEqual([]);
  });
  it('lost answer: it begins all the same', () => {
    const { answer, guest } = outcome({ kind: 'lost_answer', times: 1 });
    expect(answer).toMatchObject({ status: 596, body: '', delay_ms: 30_000 });
    expect(guest).toMatchObject({ node: 'b' });
  });
  it.each([
    ['start', 'migration aborted'],
    ['transfer', 'migration problems'],
    ['switch_over', 'migration problems'],
  ] as const)('fail at %s: it runs on where it was', (at, exit) => {
    const { guest, moved, log } = outcome({ kind: 'fail', at });
    expect(guest).toMatchObject({ node: 'a', running: true, lock: undefined });
    expect(moved).toMatchObject({ ok: false, exit });
    expect(log(moved?.upid ?? '').at(-1)).toBe(`TASK ERROR: ${exit}`);
  });
  it('fail after: the task fails, the guest is there', () => {
    const { guest, moved } = outcome({ kind: 'fail_after' });
    expect(guest).toMatchObject({ node: 'b', running: true });
    expect(moved?.exit).toBe('migration problems');
  });
  it('killed: the lock stays and there is no last line', () => {
    const { guest, moved, log, move } = outcome({ kind: 'killed' });
    expect(guest).toMatchObject({ node: 'a', lock: 'migrate' });
    expect(moved?.exit).toBe('unexpected status');
    expect(log(moved?.upid ?? '').at(-1)).not.toMatch(/^TASK/);
    expect(move(100, 'b')).toMatchObject({ status: 500, reason: 'VM is locked (migrate)' });
  });
  it('never converge: it goes on until it may stop for as long as it takes', () => {
    const { guest, log, simulator, after } = outcome({ kind: 'never_converge' }, 30);
    expect(guest).toMatchObject({ node: 'a', lock: 'migrate' });
    after(600);
    const moved = simulator.inspect().moves[0];
    expect(moved?.downtime_ms).toBeGreaterThan(5000);
    expect(log(moved?.upid ?? '').filter((line) => line.includes('auto-increased downtime')).length).toBeGreaterThan(4);
  });
  it('a fault for another guest does not strike, and one that strikes once strikes once', () => {
    expect(outcome({ kind: 'fail', vmid: 102 }).moved?.ok).toBe(true);
    const { move, after, simulator } = outcome({ kind: 'fail', times: 1 });
    move(100, 'b');
    after(120);
    expect(simulator.inspect().moves.map((m) => m.ok)).toEqual([false, true]);
  });
  it('node down: offline, its guests stand still and its calls fail; then they start again', () => {
    const { simulator, call, get, after, row } = begin();
    simulator.faults.add({ kind: 'node_down', node: 'a', after_s: 10, for_s: 400, how: 'hung' });
    after(20);
    expect(get('/cluster/resources', { type: 'node' }).find((n: { node: string }) => n.node === 'a')).toMatchObject({
      status: 'offline',
    });
    expect(simulator.inspect().guests[0]).toMatchObject({ running: false, demand: 0 });
    expect(call('GET', '/nodes/a/status')).toMatchObject({ status: 596, delay_ms: 30_000, body: '' });
    expect(call('GET', '/nodes/a/rrddata', { timeframe: 'hour' }).status).toBe(200);
    after(330);
    expect(row(100)).toMatchObject({ status: 'unknown' });
    after(120);
    expect(row(100)).toMatchObject({ status: 'running', node: 'a' });
  });
  it('the target falls: the guest stays; the source falls: it is gone with it', () => {
    for (const [node, exit] of [
      ['b', 'migration problems'],
      ['a', 'unexpected status'],
    ] as const) {
      const { moved, guest } = outcome({ kind: 'node_down', node, after_s: 8 });
      expect(moved?.exit).toBe(exit);
      expect(guest?.node).toBe('a');
    }
  });
  it('no quorum: neither preconditions nor a start', () => {
    const { simulator, call, move, get } = begin();
    simulator.faults.add({ kind: 'no_quorum', for_s: 60 });
    expect(get('/cluster/status')[0].quorate).toBe(0);
    for (const answer of [move(100, 'b'), call('GET', '/nodes/a/qemu/100/migrate')])
      expect(answer).toMatchObject({ status: 500, reason: 'cluster not ready - no quorum?' });
  });
  it('half of the nodes are no majority', () => {
    const { simulator, get } = begin();
    simulator.faults.add({ kind: 'node_down', node: 'b' });
    expect(get('/cluster/status')[0].quorate).toBe(1);
    simulator.faults.add({ kind: 'node_down', node: 'c' });
    expect(get('/cluster/status')[0].quorate).toBe(0);
  });
  it('slow, error and cut strike the paths that they name', () => {
    const { simulator, call } = begin();
    simulator.faults.add({ kind: 'slow', path: '/cluster', delay_ms: 700 });
    simulator.faults.add({ kind: 'error', path: '/version', status: 500, message: 'no' });
    simulator.faults.add({ kind: 'cut', path: '/nodes', times: 1 });
    expect(call('GET', '/cluster/resources')).toMatchObject({ status: 200, delay_ms: 700 });
    expect(call('GET', '/version')).toMatchObject({ status: 500, reason: 'no' });
    expect(call('GET', '/nodes').cut).toBe(true);
    expect(call('GET', '/nodes').status).toBe(200);
  });
  it('locked: as by a backup, for as long as it lasts', () => {
    const { simulator, move, row, after } = begin();
    simulator.faults.add({ kind: 'locked', vmid: 100, for_s: 60 });
    expect(row(100).lock).toBe('backup');
    expect(move(100, 'b')).toMatchObject({ status: 500, reason: 'VM is locked (backup)' });
    after(61);
    expect(row(100).lock).toBeUndefined();
    expect(move(100, 'b').status).toBe(200);
  });
  it('surge: the guest wants more for a while, and its history remembers', () => {
    const { simulator, after, get } = begin();
    simulator.faults.add({ kind: 'surge', vmid: 100, level: 1, for_s: 600 });
    expect(simulator.inspect().guests[0]?.demand).toBe(4);
    after(1800);
    expect(simulator.inspect().guests[0]?.demand).toBe(2);
    const cpu = get('/nodes/a/qemu/100/rrddata', { timeframe: 'hour' }).map((point: { cpu: number }) => point.cpu);
    expect([cpu[35], cpu[59]]).toEqual([1, 0.5]);
  });
  it('maintenance: HA moves nothing there', () => {
    const { simulator, get } = begin();
    simulator.faults.add({ kind: 'maintenance', node: 'b' });
    expect(get('/cluster/ha/status/manager_status').manager_status.node_status.b).toBe('maintenance');
  });
  it('cleared faults are gone', () => {
    const { simulator } = begin();
    simulator.faults.add({ kind: 'node_down', node: 'b' });
    simulator.faults.clear();
    expect(simulator.inspect().nodes.every((node) => node.online)).toBe(true);
    expect(simulator.faults.list()).toEqual([]);
  });
});

describe('high availability', () => {
  const service = (vmid: number, node: string) => ({
    vmid,
    name: `s${vmid}`,
    node,
    vcpus: 1,
    memory_gib: 1,
    ha: {},
    load: constant(0.1),
    memory: { level: 0.5, drift: 0 },
  });
  const home = (more: object = {}): Partial<DescriptionInput> => ({
    ha: { rules: [{ rule: 'home', type: 'node-affinity', resources: ['vm:100'], nodes: { a: 2, b: 1 }, ...more }] },
  });
  const group = { group: 'g', nodes: { a: 2, b: 1 } };
  const apart = {
    rule: 'apart',
    type: 'resource-affinity' as const,
    resources: ['vm:100', 'vm:101'],
    affinity: 'negative' as const,
  };

  it('a service is only asked for; the move comes rounds later, by root', () => {
    const { move, after, status, get, row, log } = begin({ guests: [service(100, 'a')] });
    const asked = move(100, 'b').data;
    expect(asked).toContain(':hamigrate:100:bal@pve!lb:');
    expect(status(asked)).toMatchObject({ status: 'stopped', exitstatus: 'OK' });
    expect(log(asked)[0]).toBe('Requesting HA migration for VM 100 to node b');
    expect(get('/cluster/tasks')).toHaveLength(1);
    after(20);
    const real = get('/cluster/tasks').find((task: { type: string }) => task.type === 'qmigrate');
    expect(real).toMatchObject({ node: 'a', user: 'root@pam', id: '100' });
    expect(log(real.upid)[0]).toBe('task started by HA resource agent');
    expect(row(100)).toMatchObject({ hastate: 'migrate', node: 'a' });
    after(60);
    expect(row(100)).toMatchObject({ hastate: 'started', node: 'b' });
  });
  it('a node in maintenance, or a partner that must stay apart: nothing happens, without a word', () => {
    const nodes = ['a', 'b', 'c'].map((name) => ({ name, maintenance: name === 'c' }));
    for (const target of ['b', 'c']) {
      const { move, after, row } = begin({
        nodes,
        guests: [service(100, 'a'), service(101, 'b')],
        ha: { rules: [apart] },
      });
      expect(move(100, target).status).toBe(200);
      after(120);
      expect(row(100)).toMatchObject({ hastate: 'started', node: 'a' });
    }
  });
  it('preconditions name the partner that is in the way', () => {
    const { get } = begin({ guests: [service(100, 'a'), service(101, 'b')], ha: { rules: [apart] } });
    const found = get('/nodes/a/qemu/100/migrate');
    expect(found.allowed_nodes).toEqual(['c']);
    expect(found.not_allowed_nodes).toEqual({
      b: { 'blocking-ha-resources': [{ sid: 'vm:101', cause: 'resource-affinity' }] },
      c: {},
    });
  });
  it.each<[string, object, object, string[]]>([
    ['goes back to the node that its rule prefers', {}, home(), ['a']],
    ['stays where it was put without failback', { failback: false }, home(), []],
    ['leaves nodes that it is to keep off', {}, home({ nodes: { b: 0, c: 0 }, affinity: 'negative' }), ['a']],
    ['goes back by a group of PVE 8', { group: 'g' }, { version: '8.4', ha: { groups: [group] } }, ['a']],
    [
      'stays by such a group with nofailback',
      { group: 'g' },
      { version: '8.4', ha: { groups: [{ ...group, nofailback: true }] } },
      [],
    ],
    [
      'goes back by a group that is no rule yet',
      { group: 'g' },
      { ha: { groups: [group], groups_migrated: false } },
      ['a'],
    ],
    ['stays by a group that is none any more', { group: 'g' }, { ha: { groups: [group] } }, []],
  ])('a service %s', (_, ha, cluster, expected) => {
    const { simulator, move, after } = begin({ guests: [{ ...service(100, 'a'), ha }], ...cluster });
    move(100, 'b');
    after(170);
    expect(simulator.inspect().moves.map(({ target }) => target)).toEqual(['b', ...expected]);
  });
  it('a service leaves a node in maintenance for the one that its rule likes next', () => {
    const nodes = ['a', 'b', 'c'].map((name) => ({ name, maintenance: name === 'a' }));
    const { after, row } = begin({ nodes, guests: [service(100, 'a')], ...home({ nodes: { a: 3, b: 1, c: 2 } }) });
    after(120);
    expect(row(100).node).toBe('c');
  });
  it('those that belong together go together', () => {
    const { simulator, move, after } = begin({
      guests: [service(100, 'a'), service(101, 'a')],
      ha: { rules: [{ ...apart, affinity: 'positive' }] },
    });
    move(100, 'b');
    after(120);
    expect(simulator.inspect().guests.map((guest) => guest.node)).toEqual(['b', 'b']);
  });
  it('no node moves more at once than it has workers', () => {
    const { simulator, move, after } = begin({
      guests: [100, 101, 102].map((vmid) => service(vmid, 'a')),
      ha: { max_workers: 2 },
    });
    for (const vmid of [100, 101, 102]) move(vmid, 'b');
    let most = 0;
    for (let s = 0; s < 120; s++) {
      after(1);
      most = Math.max(most, simulator.inspect().running.length);
    }
    expect(most).toBe(2);
    expect(simulator.inspect().guests.every((guest) => guest.node === 'b')).toBe(true);
  });
});

describe('history', () => {
  it('reaches back to before the beginning and fits what is seen now', () => {
    const { get, row, after } = begin();
    after(30);
    const week = get('/nodes/a/qemu/100/rrddata', { timeframe: 'week' });
    expect(week).toHaveLength(336);
    expect(week.every((point: { cpu: number }) => Math.abs(point.cpu - row(100).cpu) < 1e-9)).toBe(true);
  });
  it.each([
    ['9.2', 'hour', 60, 60],
    ['9.2', 'day', 60, 1440],
    ['9.2', 'week', 1800, 336],
    ['8.4', 'hour', 60, 70],
    ['8.4', 'day', 1800, 70],
    ['8.4', 'week', 10_800, 70],
  ] as const)('PVE %s, %s: steps of %i s, %i points', (version, timeframe, step, points) => {
    const { get } = begin({ version });
    const rows = get('/nodes/b/rrddata', { timeframe });
    expect(rows).toHaveLength(points);
    expect(rows[1].time - rows[0].time).toBe(step);
    expect(rows[0].time % step).toBe(0);
    expect('pressurecpusome' in rows[0]).toBe(version === '9.2');
  });
  it('knows on which node a guest was: the load moves with it', () => {
    const { move, after, get } = begin();
    after(1800);
    move(100, 'c');
    after(1800);
    const cpu = get('/nodes/c/rrddata', { timeframe: 'hour' }).map((point: { cpu: number }) => point.cpu);
    expect(cpu[10]).toBeLessThan(0.05);
    expect(cpu[50]).toBeGreaterThan(0.25);
  });
});

describe('guests come and go', () => {
  const fresh = { vmid: 200, name: 'new', node: 'b', vcpus: 2, memory_gib: 2, load: constant(0.5) };
  it('a new one is unknown until its node speaks, and has no past', () => {
    const { simulator, row, after, get } = begin();
    simulator.guests.add(fresh);
    expect(row(200)).toEqual({ id: 'qemu/200', vmid: 200, type: 'qemu', node: 'b', status: 'unknown' });
    after(20);
    expect(row(200)).toMatchObject({ status: 'running', name: 'new', cpu: 0.5 });
    expect(row(200).uptime).toBeLessThanOrEqual(20);
    after(600);
    expect(get('/nodes/b/qemu/200/rrddata', { timeframe: 'hour' }).length).toBeLessThan(12);
  });
  it('one that goes is gone, and its vmid may be given again to another', () => {
    const { simulator, row, after, call } = begin();
    const before = call('GET', '/nodes/a/qemu/100/config').data.vmgenid;
    expect(simulator.guests.remove(100)).toBe(true);
    expect(row(100)).toBeUndefined();
    after(60);
    simulator.guests.add({ ...fresh, vmid: 100, node: 'a' });
    expect(call('GET', '/nodes/a/qemu/100/config').data.vmgenid).not.toBe(before);
    expect(simulator.guests.remove(999)).toBe(false);
  });
  it('a guest that does not fit is refused with all that is wrong', () => {
    expect(() => begin().simulator.guests.add({ ...fresh, vmid: 100, node: 'x' })).toThrow(
      /no node x.*vmid 100 is taken/s,
    );
  });
});

it('a guest that is off and fails to move stays', () => {
  const { simulator, call, after } = begin({ guests: [{ vmid: 100, name: 'off', node: 'a', status: 'stopped' }] });
  simulator.faults.add({ kind: 'fail' });
  call('POST', '/nodes/a/qemu/100/migrate', { target: 'b' });
  after(30);
  expect(simulator.inspect().moves[0]?.exit).toBe('migration aborted');
  expect(simulator.inspect().guests[0]).toMatchObject({ node: 'a', lock: undefined });
});

it('comes to the same whichever way its clock is turned', () => {
  const straight = begin();
  straight.move(100, 'b');
  straight.move(101, 'c');
  straight.after(60);
  const expected = straight.simulator.inspect();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 15_000 }), { maxLength: 60 }), (steps) => {
      const { simulator, move, after } = begin();
      move(100, 'b');
      move(101, 'c');
      const end = simulator.now() + 60_000;
      for (const step of steps) simulator.advance(Math.min(end, simulator.now() + step));
      after((end - simulator.now()) / 1000);
      const found = simulator.inspect();
      expect(found.guests).toEqual(expected.guests);
      for (const [n, moved] of found.moves.entries()) {
        expect(moved.ended).toBeCloseTo(expected.moves[n]?.ended ?? 0, -1);
        expect(moved.exit).toBe('OK');
      }
    }),
    { numRuns: 30 },
  );
});

it('never loses or doubles a guest, whatever is asked and whatever fails', () => {
  const kinds = ['fail', 'killed', 'fail_after', 'never_converge', 'lost_answer'] as const;
  const action = fc.oneof(
    fc.record({
      do: fc.constant('move' as const),
      vmid: fc.constantFrom(100, 101, 102),
      target: fc.constantFrom('a', 'b', 'c'),
    }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ do: fc.constant('fault' as const), kind: fc.constantFrom(...kinds) }),
    fc.record({
      do: fc.constant('down' as const),
      node: fc.constantFrom('a', 'b', 'c'),
      for_s: fc.integer({ min: 1, max: 60 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
      const { simulator, move, after } = begin();
      for (const act of actions) {
        if (act.do === 'move') move(act.vmid, act.target);
        if (act.do === 'wait') after(act.seconds);
        if (act.do === 'fault') simulator.faults.add({ kind: act.kind, times: 1 });
        if (act.do === 'down') simulator.faults.add({ kind: 'node_down', node: act.node, for_s: act.for_s });
        const { nodes, guests } = simulator.inspect();
        expect(nodes.flatMap((node) => node.guests).sort()).toEqual([100, 101, 102]);
        for (const guest of guests)
          expect(nodes.find((node) => node.node === guest.node)?.guests).toContain(guest.vmid);
      }
      simulator.faults.clear();
      after(7200);
      expect(simulator.inspect().running).toEqual([]);
      expect(simulator.inspect().guests.every((guest) => guest.running)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

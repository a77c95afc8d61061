import { describe, expect, it } from 'vitest';
import type { DescriptionInput } from '../description.ts';
import { createSimulator } from '../simulator.ts';
import type { Request } from './answer.ts';

const token = (id: string, privileges?: Record<string, string[] | { privileges: string[]; propagate?: boolean }>) => ({
  id,
  secret: 's',
  ...(privileges ? { privileges } : {}),
});
const AS = (id: string) => `PVEAPIToken=${id}=s`;
const ALL = 'bal@pve!all';

const base: DescriptionInput = {
  nodes: [{ name: 'a', threads: 8 }, { name: 'b' }, { name: 'c', maintenance: true }],
  users: [{ id: 'root@pam', password: 'pw' }],
  tokens: [
    token(ALL),
    token('bal@pve!none', {}),
    token('bal@pve!one', { '/vms/100': ['VM.Audit'], '/nodes': ['Sys.Audit'] }),
    token('bal@pve!here', { '/': { privileges: ['Sys.Audit'], propagate: false } }),
    token('bal@pve!pool', { '/pool/prod': ['VM.Audit', 'Pool.Audit'] }),
    token('bal@pve!over', { '/': ['VM.Audit', 'Sys.Audit'], '/vms/100': [] }),
  ],
  storages: [
    { name: 'ceph', type: 'rbd', shared: true },
    { name: 'lvm', type: 'lvmthin', shared: false },
    { name: 'only-a', type: 'nfs', shared: true, nodes: ['a'] },
  ],
  guests: [
    { vmid: 100, name: 'web', node: 'a', tags: ['prod', 'web'] },
    { vmid: 101, name: 'ct', type: 'lxc', node: 'a', pool: 'prod' },
    { vmid: 102, name: 'local', node: 'a', disks: [{ storage: 'lvm', size_gib: 1 }] },
    { vmid: 103, name: 'gpu', node: 'a', config: { hostpci0: '0000:01:00' } },
    { vmid: 104, name: 'off', node: 'a', status: 'stopped' },
    { vmid: 105, name: 'tied', node: 'a', disks: [{ storage: 'only-a' }] },
    { vmid: 106, name: 'backup', node: 'a', lock: 'backup' },
    { vmid: 107, name: 'paused', node: 'a', status: 'paused' },
  ],
};

const begin = (more: Partial<DescriptionInput> = {}) => {
  const simulator = createSimulator({ ...base, ...more });
  const call = (
    method: string,
    path: string,
    values: Record<string, string> = {},
    rest: Partial<Request> = { authorization: AS(ALL) },
  ) => {
    const answer = simulator.handle({
      method,
      path: `/api2/json${path}`,
      ...(method === 'POST' ? { form: values } : { query: values }),
      ...rest,
    });
    return { ...answer, json: answer.body === '' ? undefined : JSON.parse(answer.body) };
  };
  const as = (id: string) => (path: string, values?: Record<string, string>) =>
    call('GET', path, values, { authorization: AS(id) });
  return { simulator, call, as, post: (path: string, values: Record<string, string>) => call('POST', path, values) };
};

describe('who asks', () => {
  it.each([
    ['nobody', {}, 'No ticket'],
    ['an unknown token', { authorization: AS('x@pve!y') }, 'no such token'],
    ['a wrong secret', { authorization: `PVEAPIToken=${ALL}=wrong` }, 'invalid token value!'],
    ['a bad ticket', { cookie: 'PVEAuthCookie=PVE:root@pam:00000000::00' }, 'permission denied - invalid PVE ticket'],
  ])('%s: 401 after three seconds, without a body', (_, rest, reason) => {
    expect(begin().call('GET', '/version', {}, rest)).toMatchObject({ status: 401, reason, body: '', delay_ms: 3000 });
  });

  it('a ticket works with its cookie, writes need its CSRF token, and it ends after two hours', () => {
    const { simulator, call } = begin();
    const { json } = call('POST', '/access/ticket', { username: 'root@pam', password: 'pw' }, {});
    const cookie = `PVEAuthCookie=${encodeURIComponent(json.data.ticket)}`;
    expect(call('GET', '/version', {}, { cookie }).status).toBe(200);
    const path = '/nodes/a/qemu/100/migrate';
    expect(call('POST', path, { target: 'b' }, { cookie })).toMatchObject({
      status: 401,
      reason: 'Permission denied - invalid csrf token',
    });
    expect(
      call('POST', path, { target: 'b', online: '1', force: '1' }, { cookie, csrf: json.data.CSRFPreventionToken })
        .status,
    ).toBe(200);
    simulator.advance(simulator.now() + 7_300_000);
    expect(call('GET', '/version', {}, { cookie }).status).toBe(401);
    expect(call('POST', '/access/ticket', { username: 'root@pam', password: 'no' }, {})).toMatchObject({
      status: 401,
      reason: 'authentication failure',
    });
  });
});

describe('what a token may', () => {
  it('sees only the rows of its paths, and figures of nodes only where it may', () => {
    const { as } = begin();
    const rows = as('bal@pve!one')('/cluster/resources').json.data;
    expect(rows.filter((row: { vmid?: number }) => row.vmid).map((row: { vmid: number }) => row.vmid)).toEqual([100]);
    expect(rows.find((row: { id: string }) => row.id === 'node/a').maxcpu).toBe(8);
    const bare = as('bal@pve!none')('/cluster/resources').json.data;
    expect(bare.map((row: { id: string }) => row.id)).toEqual(['node/a', 'node/b', 'node/c']);
    expect(bare[0].maxcpu).toBeUndefined();
  });
  it('a right that is not handed down stops at its path', () => {
    const { as } = begin();
    expect(as('bal@pve!here')('/cluster/status').status).toBe(200);
    expect(as('bal@pve!here')('/nodes/a/status')).toMatchObject({
      status: 403,
      reason: 'Permission check failed (/nodes/a, Sys.Audit)',
    });
  });
  it('a deeper entry has the word', () => {
    const { as } = begin();
    expect(as('bal@pve!over')('/nodes/a/qemu/100/config')).toMatchObject({
      status: 403,
      reason: 'Permission check failed (/vms/100, VM.Audit)',
    });
    expect(as('bal@pve!over')('/nodes/a/qemu/102/config').status).toBe(200);
  });
  it('a pool gives its guests', () => {
    const rows = begin().as('bal@pve!pool')('/cluster/resources', { type: 'vm' }).json.data;
    expect(rows.map((row: { vmid: number }) => row.vmid)).toEqual([101]);
  });
  it('is said by /access/permissions, 1 where it is handed down', () => {
    const { as } = begin();
    expect(as('bal@pve!one')('/access/permissions').json.data['/vms/100']).toEqual({ 'VM.Audit': 1 });
    expect(as('bal@pve!here')('/access/permissions').json.data['/']).toEqual({ 'Sys.Audit': 0 });
    expect(as('bal@pve!one')('/access/permissions', { path: '/vms/101' }).json.data).toEqual({ '/vms/101': {} });
  });
  it('may not do what it does not hold', () => {
    const { call } = begin();
    const answer = call(
      'POST',
      '/nodes/a/qemu/100/migrate',
      { target: 'b', online: '1' },
      { authorization: AS('bal@pve!over') },
    );
    expect(answer).toMatchObject({ status: 403, reason: 'Permission check failed (/vms/100, VM.Migrate)' });
    expect(answer.json).toEqual({ data: null, message: 'Permission check failed (/vms/100, VM.Migrate)\n' });
  });
  it('the ways of root are closed to it', () => {
    const { post } = begin();
    expect(post('/nodes/a/qemu/100/migrate', { target: 'b', online: '1', force: '1' }).json.errors).toEqual({
      force: 'Only root may use this option.',
    });
  });
  it('stops its own task, another only with Sys.Modify', () => {
    const { call, post } = begin();
    const upid = post('/nodes/a/qemu/100/migrate', { target: 'b', online: '1' }).json.data;
    const path = `/nodes/a/tasks/${encodeURIComponent(upid)}`;
    expect(call('DELETE', path, {}, { authorization: AS('bal@pve!one') })).toMatchObject({
      status: 403,
      reason: 'Permission check failed (/nodes/a, Sys.Modify)',
    });
    expect(call('DELETE', path).json).toEqual({ data: null });
    expect(call('GET', `${path}/status`).json.data).toMatchObject({
      status: 'stopped',
      exitstatus: 'migration aborted',
    });
  });
});

describe('parameters', () => {
  it.each([
    [
      'an unknown one',
      { foo: '1' },
      { foo: 'property is not defined in schema and the schema does not allow additional properties' },
    ],
    [
      'one outside its list',
      { type: 'moon' },
      { type: "value 'moon' does not have a value in the enumeration 'vm, storage, node, sdn'" },
    ],
  ])('%s is a 400 that names it', (_, values, errors) => {
    const answer = begin().call('GET', '/cluster/resources', values);
    expect(answer).toMatchObject({ status: 400, reason: 'Parameter verification failed.' });
    expect(answer.json).toEqual({ data: null, message: 'Parameter verification failed.\n', errors });
  });
  it('one that is missing, and one of the wrong type, are said together', () => {
    expect(begin().post('/nodes/a/qemu/100/migrate', { online: 'perhaps' }).json.errors).toEqual({
      target: 'property is missing and it is not optional',
      online: "type check ('boolean') failed - got 'perhaps'",
    });
  });
  it('a body where none belongs is a 501, as is what does not exist', () => {
    const { simulator, call } = begin();
    expect(
      simulator.handle({ method: 'DELETE', path: '/version', form: { a: '1' }, authorization: AS(ALL) }).status,
    ).toBe(501);
    expect(call('GET', '/no/such')).toMatchObject({ status: 501, reason: "Method 'GET /no/such' not implemented" });
  });
});

describe('a start is refused', () => {
  it.each([
    ['to where it is', '/nodes/a/qemu/100', { target: 'a', online: '1' }, 400, 'Parameter verification failed.'],
    ['to a node that is not', '/nodes/a/qemu/100', { target: 'x', online: '1' }, 500, "no such cluster node 'x'"],
    [
      'of a guest that is elsewhere',
      '/nodes/b/qemu/100',
      { target: 'a', online: '1' },
      500,
      "Configuration file 'nodes/b/qemu-server/100.conf' does not exist",
    ],
    [
      'of a container as a VM',
      '/nodes/a/qemu/101',
      { target: 'b' },
      500,
      "Configuration file 'nodes/a/qemu-server/101.conf' does not exist",
    ],
    [
      'of a running VM without online',
      '/nodes/a/qemu/100',
      { target: 'b' },
      500,
      "can't migrate running VM without --online",
    ],
    [
      'of a container live',
      '/nodes/a/lxc/101',
      { target: 'b', online: '1' },
      500,
      'lxc live migration is currently not implemented',
    ],
    ['of a locked VM', '/nodes/a/qemu/106', { target: 'b', online: '1' }, 500, 'VM is locked (backup)'],
    [
      'on a node that is not',
      '/nodes/x/qemu/100',
      { target: 'b' },
      500,
      "hostname lookup 'x' failed - failed to get address info for: x: Name or service not known",
    ],
  ])('%s', (_, path, form, status, reason) => {
    expect(begin().post(`${path}/migrate`, form)).toMatchObject({ status, reason });
  });

  it.each([
    ['a local disk without leave', 102, {}, /can't live migrate attached local disks without with-local-disks option/],
    ['a device', 103, {}, /can't migrate VM which uses local devices: hostpci0$/],
    ['a storage that the target lacks', 105, {}, /storage 'only-a' is not available on node 'b'$/],
  ])('inside its task: %s', (_, vmid, more, pattern) => {
    const { simulator, post, call } = begin();
    const upid = post(`/nodes/a/qemu/${vmid}/migrate`, { target: 'b', online: '1', ...more }).json.data;
    simulator.advance(simulator.now() + 20_000);
    const lines = call('GET', `/nodes/a/tasks/${upid}/log`).json.data.map((line: { t: string }) => line.t);
    expect(lines.some((line: string) => pattern.test(line))).toBe(true);
    expect(lines.at(-1)).toBe('TASK ERROR: migration aborted');
    expect(simulator.inspect().guests.find((guest) => guest.vmid === vmid)).toMatchObject({
      node: 'a',
      running: true,
      lock: undefined,
    });
  });

  it('takes connections along where that is asked of a version that can', () => {
    const form = { target: 'b', online: '1', 'with-conntrack-state': '1' };
    const now = begin({ version: '9.1' });
    expect(now.post('/nodes/a/qemu/100/migrate', form).status).toBe(200);
    expect(now.simulator.inspect().running).toMatchObject([{ vmid: 100, conntrack: true }]);
    const old = begin({ version: '8.4' });
    expect(old.post('/nodes/a/qemu/100/migrate', form).status).toBe(400);
    expect(old.simulator.inspect().running).toEqual([]);
  });

  it('not for a local disk that may come along, nor for a VM that is off', () => {
    const { simulator, post } = begin();
    post('/nodes/a/qemu/102/migrate', { target: 'b', online: '1', 'with-local-disks': '1' });
    post('/nodes/a/qemu/104/migrate', { target: 'b' });
    simulator.advance(simulator.now() + 60_000);
    expect(simulator.inspect().moves.map((moved) => [moved.vmid, moved.exit, moved.kind])).toEqual([
      [104, 'OK', 'offline'],
      [102, 'OK', 'live'],
    ]);
    expect(simulator.inspect().moves[1]?.bytes).toBeGreaterThan(1024 ** 3);
  });
});

describe('preconditions', () => {
  it('list every other node, allowed ones also as an empty object among those that are not', () => {
    const { simulator, call } = begin();
    simulator.faults.add({ kind: 'node_down', node: 'b' });
    const found = call('GET', '/nodes/a/qemu/105/migrate').json.data;
    expect(found.allowed_nodes).toEqual([]);
    expect(found.not_allowed_nodes).toEqual({
      b: { unavailable_storages: ['only-a'] },
      c: { unavailable_storages: ['only-a'] },
    });
    const free = call('GET', '/nodes/a/qemu/100/migrate', { target: 'b' }).json.data;
    expect(free).toMatchObject({
      running: 1,
      allowed_nodes: ['b', 'c'],
      not_allowed_nodes: { b: {}, c: {} },
      local_disks: [],
      local_resources: [],
    });
  });
  it('name local disks and devices', () => {
    const { call } = begin();
    expect(call('GET', '/nodes/a/qemu/102/migrate').json.data.local_disks).toMatchObject([
      { volid: 'lvm:vm-102-disk-0', drivename: 'scsi0', size: 1024 ** 3, cdrom: 0 },
    ]);
    expect(call('GET', '/nodes/a/qemu/103/migrate').json.data.local_resources).toEqual(['hostpci0']);
  });
  it('for containers have dashes in PVE 9 and do not exist in PVE 8', () => {
    expect(begin().call('GET', '/nodes/a/lxc/101/migrate').json.data).toMatchObject({
      running: 1,
      'allowed-nodes': ['b', 'c'],
    });
    expect(begin({ version: '8.4' }).call('GET', '/nodes/a/lxc/101/migrate').status).toBe(501);
  });
});

describe('tasks', () => {
  it('a log is paged, fifty lines where nothing is said, and says when it is empty', () => {
    const { simulator, post, call } = begin({ guests: [{ vmid: 100, name: 'web', node: 'a', memory_gib: 60 }] });
    const upid = post('/nodes/a/qemu/100/migrate', { target: 'b', online: '1' }).json.data;
    simulator.advance(simulator.now() + 300_000);
    const page = (values: Record<string, string>) => call('GET', `/nodes/a/tasks/${upid}/log`, values).json;
    const whole = page({ limit: '0' });
    expect(page({}).data).toHaveLength(Math.min(50, whole.total));
    expect(page({ start: '3', limit: '2' })).toEqual({ total: whole.total, data: whole.data.slice(3, 5) });
    expect(whole.data[4].n).toBe(5);
    expect(whole.data).toHaveLength(whole.total);
  });
  it('an unknown one is a 400, not a 404', () => {
    const { call } = begin();
    const upid = 'UPID:a:00001000:00001000:69A55190:qmigrate:100:root@pam:';
    expect(call('GET', `/nodes/a/tasks/${upid}/status`).json.errors).toEqual({ upid: 'no such task' });
    expect(call('GET', '/nodes/a/tasks/rubbish/status').json.errors).toEqual({ upid: 'unable to parse worker upid' });
  });
  it('lists tell running ones from finished ones', () => {
    const { simulator, post, call } = begin();
    const upid = post('/nodes/a/qemu/100/migrate', { target: 'b', online: '1' }).json.data;
    const list = (source: string) => call('GET', '/nodes/a/tasks', { source, vmid: '100' }).json;
    expect(list('active').data).toMatchObject([{ upid, node: 'a', type: 'qmigrate' }]);
    expect(list('active').data[0].status).toBeUndefined();
    expect(list('archive')).toEqual({ data: [], total: 0 });
    simulator.advance(simulator.now() + 120_000);
    expect(list('archive').data).toMatchObject([{ upid, status: 'OK', endtime: expect.any(Number) }]);
    expect(call('GET', '/cluster/tasks').json.data).toMatchObject([{ upid, status: 'OK', saved: '1' }]);
  });
  it('a stopped migration leaves the guest where it was', () => {
    const { simulator, post, call } = begin();
    const upid = post('/nodes/a/qemu/100/migrate', { target: 'b', online: '1' }).json.data;
    simulator.advance(simulator.now() + 6_000);
    call('DELETE', `/nodes/a/tasks/${upid}`);
    expect(call('GET', `/nodes/a/tasks/${upid}/status`).json.data.exitstatus).toBe('migration problems');
    expect(simulator.inspect().guests[0]).toMatchObject({ node: 'a', running: true, lock: undefined });
    expect(simulator.inspect().nodes[1]?.mem).toBeLessThan(2.1 * 1024 ** 3);
  });
});

describe('quirks', () => {
  it('keys come in another order each time, rows in the same', () => {
    const { call } = begin();
    const bodies = [1, 2, 3, 4].map(() => call('GET', '/cluster/resources').body);
    expect(new Set(bodies.map((body) => JSON.stringify(Object.keys(JSON.parse(body).data[0])))).size).toBeGreaterThan(
      1,
    );
    expect(
      new Set(bodies.map((body) => JSON.stringify(JSON.parse(body).data.map((row: { id: string }) => row.id)))).size,
    ).toBe(1);
  });
  it('the same seed answers the same', () => {
    const one = begin().call('GET', '/cluster/resources').body;
    expect(begin().call('GET', '/cluster/resources').body).toBe(one);
    expect(begin({ seed: 2 }).call('GET', '/cluster/resources').body).not.toBe(one);
  });
  it('numbers that are strings, flags that are numbers, keys that are missing', () => {
    const { call } = begin();
    const get = (path: string) => call('GET', path).json.data;
    expect(get('/nodes/a/qemu/100/config')).toMatchObject({
      memory: '4096',
      cores: 2,
      scsi0: 'ceph:vm-100-disk-0,size=32G,iothread=1',
      tags: 'prod;web',
    });
    expect(get('/nodes/a/lxc/101/config').memory).toBe(4096);
    const status = get('/nodes/a/status');
    expect(status.loadavg.every((value: unknown) => typeof value === 'string')).toBe(true);
    expect(status.cpuinfo).toMatchObject({ hvm: '1', mhz: expect.any(String), family: expect.any(String), cpus: 8 });
    const off = get('/nodes/a/qemu').find((row: { vmid: number }) => row.vmid === 104);
    expect(off.status).toBe('stopped');
    for (const key of ['pid', 'pressurecpusome', 'template', 'lock']) expect(key in off, key).toBe(false);
    expect(typeof get('/nodes/a/lxc')[0].pressurecpusome).toBe('string');
    expect(get('/nodes/a/qemu/107/status/current')).toMatchObject({
      status: 'running',
      qmpstatus: 'paused',
      clipboard: null,
    });
    expect('ballooninfo' in get('/nodes/a/qemu/104/status/current')).toBe(false);
    expect(get('/cluster/ha/status/manager_status').quorum.quorate).toBe('1');
  });
  it('maintenance shows on the node, in the manager and in the lrm', () => {
    const { call } = begin();
    const get = (path: string) => call('GET', path).json.data;
    expect(get('/cluster/resources').find((row: { id: string }) => row.id === 'node/c').hastate).toBe('maintenance');
    expect(get('/cluster/ha/status/manager_status').manager_status.node_status).toEqual({
      a: 'online',
      b: 'online',
      c: 'maintenance',
    });
    expect(get('/cluster/ha/status/current').find((row: { id: string }) => row.id === 'lrm:c').status).toMatch(
      /maintenance mode/,
    );
  });
  it('PVE 8 has groups and no rules, PVE 9 the other way round', () => {
    const ha = {
      groups: [{ group: 'g', nodes: { a: 2, b: 0 }, restricted: true }],
      rules: [
        { rule: 'r', type: 'node-affinity' as const, resources: ['vm:100'], nodes: { a: 2, b: 0 }, strict: true },
      ],
    };
    const [old, now] = [begin({ version: '8.4', ha }), begin({ version: '9.1', ha })];
    expect(old.call('GET', '/cluster/ha/groups').json.data).toMatchObject([
      { group: 'g', nodes: 'a:2,b', restricted: 1 },
    ]);
    expect(old.call('GET', '/cluster/ha/rules').status).toBe(501);
    expect(now.call('GET', '/cluster/ha/groups')).toMatchObject({
      status: 500,
      reason: 'cannot index groups: ha groups have been migrated to rules',
    });
    expect(now.call('GET', '/cluster/ha/rules').json.data).toMatchObject([
      { rule: 'r', type: 'node-affinity', nodes: 'a:2,b', strict: 1, resources: 'vm:100' },
    ]);
  });
  it('PVE 8 knows neither memhost nor pressure', () => {
    const { call } = begin({ version: '8.4' });
    const row = call('GET', '/cluster/resources').json.data.find((r: { id: string }) => r.id === 'qemu/100');
    expect('memhost' in row || 'hastate' in row).toBe(false);
    expect('pressurecpusome' in call('GET', '/nodes/a/qemu').json.data[0]).toBe(false);
  });
  it('a cluster of one has no cluster row', () => {
    const { call } = begin({ nodes: [{ name: 'a' }], guests: [], storages: [] });
    expect(call('GET', '/cluster/status').json.data).toMatchObject([{ type: 'node', nodeid: 0, local: 1 }]);
  });
  it('options say who else balances', () => {
    const { call } = begin({
      crs: { ha: 'dynamic', auto_rebalance: true, auto_rebalance_threshold: 30 },
      migration: { network: '10.0.0.0/24' },
    });
    expect(call('GET', '/cluster/options').json.data).toMatchObject({
      crs: { ha: 'dynamic', 'ha-auto-rebalance': 1, 'ha-auto-rebalance-threshold': '30' },
      migration: { type: 'secure', network: '10.0.0.0/24' },
    });
    expect('crs' in begin().call('GET', '/cluster/options').json.data).toBe(false);
  });
});

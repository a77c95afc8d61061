import { expect, it } from 'vitest';
import type { DescriptionInput } from './description.ts';
import type { FaultInput } from './fault.ts';
import { createSimulator } from './simulator.ts';

const GIB = 2 ** 30;
const rights = ['VM.Audit', 'VM.Migrate', 'Sys.Audit', 'Datastore.Audit'];
const mapping = [...rights, 'VM.Config.Disk', 'Datastore.AllocateSpace'];

/** n1 calls its storage lvm, n2 and n3 theirs zfs. */
function aCluster(privileges = mapping, more: Partial<DescriptionInput> = {}) {
  const simulator = createSimulator({
    nodes: ['n1', 'n2', 'n3'].map((name) => ({ name })),
    storages: [
      { name: 'ceph', type: 'rbd', shared: true },
      { name: 'lvm', type: 'lvmthin', nodes: ['n1'] },
      { name: 'zfs', type: 'zfspool', nodes: ['n2', 'n3'] },
      { name: 'iso', content: ['iso'] },
    ],
    guests: [{ vmid: 101, name: 'db', node: 'n1', disks: [{ storage: 'lvm' }, { storage: 'ceph' }] }],
    tokens: [{ id: 'e@pve!k', secret: 's', privileges: { '/': privileges } }],
    ...more,
  });
  simulator.advance(simulator.now() + 30_000);
  const call = (method: string, path: string, given: Record<string, string> = {}) => {
    const body = method === 'GET' ? { query: given } : { form: given };
    const answer = simulator.handle({ method, path, ...body, authorization: 'PVEAPIToken=e@pve!k=s' });
    return { status: answer.status, reason: answer.reason, data: JSON.parse(answer.body || 'null')?.data };
  };
  const move = (form: Record<string, string> = {}) =>
    call('POST', '/nodes/n1/qemu/101/migrate', { target: 'n2', online: '1', 'with-local-disks': '1', ...form });
  const pass = (s: number) => simulator.advance(simulator.now() + 1000 * s);
  const volumes = (node: string, storage: string, vmid = '101') =>
    call('GET', `/nodes/${node}/storage/${storage}/content`, { vmid }).data?.map(
      ({ volid }: { volid: string }) => volid,
    );
  const nodeOf = () => simulator.inspect().guests[0]!.node;
  return { simulator, call, move, pass, volumes, nodeOf };
}

it('says which storages a node lacks, and fails a move that ignores it', () => {
  const c = aCluster();
  const said = c.call('GET', '/nodes/n1/qemu/101/migrate').data;
  expect(said).toMatchObject({ allowed_nodes: [], not_allowed_nodes: { n2: { unavailable_storages: ['lvm'] } } });
  expect(c.move().status).toBe(200);
  c.pass(60);
  expect(c.nodeOf()).toBe('n1');
});

it('takes local disks to the storage that the map names, and leaves shared ones', () => {
  const c = aCluster();
  expect(c.volumes('n1', 'lvm')).toEqual(['lvm:vm-101-disk-0']);
  expect(c.move({ targetstorage: 'lvm:zfs' }).status).toBe(200);
  c.pass(400);
  expect(c.nodeOf()).toBe('n2');
  expect([c.volumes('n1', 'lvm'), c.volumes('n2', 'zfs')]).toEqual([[], ['zfs:vm-101-disk-0']]);
  const config = c.call('GET', '/nodes/n2/qemu/101/config').data;
  expect(config.scsi0).toMatch(/^zfs:vm-101-disk-0,size=32G/);
  expect(config.scsi1).toMatch(/^ceph:/);
  const tasks = c.call('GET', '/nodes/n1/tasks', { source: 'all' }).data;
  const log = c.call('GET', `/nodes/n1/tasks/${tasks[0].upid}/log`, { limit: '0' }).data.map((l: { t: string }) => l.t);
  expect(log.join('\n')).toMatch(/volume 'lvm:vm-101-disk-0' is 'zfs:vm-101-disk-0' on the target/);
});

it.each([
  ['without the right to change disks', rights, 'lvm:zfs', 403, 'Permission check failed (/vms/101, VM.Config.Disk)'],
  [
    'without the right to allocate',
    [...rights, 'VM.Config.Disk'],
    'lvm:zfs',
    403,
    'Permission check failed (/storage/zfs, Datastore.AllocateSpace)',
  ],
  ['onto a storage that the target lacks', mapping, 'lvm:lvm', 500, "storage 'lvm' is not available on node 'n2'"],
  [
    'onto a storage that takes no disks',
    mapping,
    'lvm:iso',
    500,
    "content type 'images' is not available on storage 'iso'",
  ],
])('refuses a map %s', (_, privileges, targetstorage, status, reason) => {
  const c = aCluster(privileges);
  expect(c.move({ targetstorage })).toMatchObject({ status, reason });
});

it.each<[string, FaultInput, string, string[], string[]]>([
  ['a move that fails cleans up', { kind: 'fail' }, 'n1', ['lvm:vm-101-disk-0'], []],
  [
    'one that does not leaves its copies',
    { kind: 'fail', leaves_disks: true },
    'n1',
    ['lvm:vm-101-disk-0'],
    ['zfs:vm-101-disk-0'],
  ],
  ['one that is killed, too', { kind: 'killed' }, 'n1', ['lvm:vm-101-disk-0'], ['zfs:vm-101-disk-0']],
  [
    'one that ends badly after the switch-over leaves its originals',
    { kind: 'fail_after' },
    'n2',
    ['lvm:vm-101-disk-0'],
    ['zfs:vm-101-disk-0'],
  ],
])('%s', (_, fault, node, here, there) => {
  const c = aCluster();
  c.simulator.faults.add(fault);
  c.move({ targetstorage: 'lvm:zfs' });
  c.pass(400);
  expect([c.nodeOf(), c.volumes('n1', 'lvm'), c.volumes('n2', 'zfs')]).toEqual([node, here, there]);
});

it('a target that falls keeps what was copied', () => {
  const c = aCluster();
  c.move({ targetstorage: 'lvm:zfs' });
  c.pass(20);
  const id = c.simulator.faults.add({ kind: 'node_down', node: 'n2' });
  c.pass(60);
  c.simulator.faults.remove(id);
  c.pass(30);
  expect([c.nodeOf(), c.volumes('n2', 'zfs')]).toEqual(['n1', ['zfs:vm-101-disk-0']]);
});

it('a replicated VM moves live to its copies only, without its disks, and back to those that it leaves', () => {
  const c = aCluster(mapping, {
    storages: [{ name: 'zfs' }],
    guests: [{ vmid: 101, name: 'db', node: 'n1', disks: [{ storage: 'zfs', size_gib: 800 }] }],
    replications: [{ vmid: 101, target: 'n3' }],
  });
  const post = (node: string, target: string) =>
    c.call('POST', `/nodes/${node}/qemu/101/migrate`, { target, online: '1', 'with-local-disks': '1' });
  expect(post('n1', 'n2').reason).toMatch(/^Cannot live-migrate replicated VM to node 'n2' - not a replication target/);
  expect(post('n1', 'n3').status).toBe(200);
  c.pass(120);
  expect(c.nodeOf()).toBe('n3');
  expect(c.call('GET', '/cluster/replication').data).toMatchObject([{ guest: 101, target: 'n1' }]);
});

it('a node lists its bridges to who may see them, and a VM does not arrive without its own', () => {
  const nodes = ['n1', 'n2', 'n3'].map((name) => ({ name, bridges: name === 'n1' ? ['vmbr0', 'vmbr1'] : ['vmbr0'] }));
  const config = { net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr1' };
  const guests = [{ vmid: 101, name: 'db', node: 'n1', disks: [{ storage: 'ceph' }], config }];
  const c = aCluster([...rights, 'SDN.Audit'], { nodes, guests });
  const seen = (given: Record<string, string>) =>
    (c.call('GET', '/nodes/n1/network', given).data as { iface: string }[]).map((row) => row.iface);
  expect([seen({ type: 'any_bridge' }), seen({})]).toEqual([
    ['vmbr0', 'vmbr1'],
    ['eno1', 'vmbr0', 'vmbr1'],
  ]);
  c.move();
  c.pass(60);
  expect(c.nodeOf()).toBe('n1');
  const blind = aCluster(
    rights.filter((right) => right !== 'SDN.Audit'),
    { nodes },
  );
  expect(blind.call('GET', '/nodes/n1/network', { type: 'any_bridge' }).data).toEqual([]);
});

it('lists volumes only to who may change them, and copies that are meant to be there', () => {
  const c = aCluster(rights, { replications: [{ vmid: 101, target: 'n3' }] });
  expect(c.volumes('n1', 'lvm')).toEqual([]);
  expect(c.call('GET', '/cluster/replication').data).toMatchObject([{ id: '101-0', guest: 101, target: 'n3' }]);
  const d = aCluster(mapping, {
    storages: [{ name: 'zfs' }],
    guests: [{ vmid: 101, name: 'db', node: 'n1', disks: [{ storage: 'zfs', size_gib: 8 }] }],
    replications: [{ vmid: 101, target: 'n3' }],
  });
  expect([d.volumes('n1', 'zfs'), d.volumes('n2', 'zfs'), d.volumes('n3', 'zfs')]).toEqual([
    ['zfs:vm-101-disk-0'],
    [],
    ['zfs:vm-101-disk-0'],
  ]);
  const rows = d.call('GET', '/nodes/n1/storage/zfs/content').data;
  expect(rows).toMatchObject([{ vmid: 101, size: 8 * GIB, content: 'images' }]);
});

it.each([
  ['snapshots', { parent: 'before' }, /non-replicated snapshot exists/],
  ['an image in its drive', { ide2: 'local:iso/x.iso,media=cdrom' }, /local cdrom image/],
])('local disks with %s do not travel', (_, config, words) => {
  const c = aCluster(mapping, {
    storages: [{ name: 'lvm' }, { name: 'local' }],
    guests: [{ vmid: 101, name: 'db', node: 'n1', disks: [{ storage: 'lvm' }], config }],
  });
  c.move();
  c.pass(60);
  expect(c.nodeOf()).toBe('n1');
  const [{ upid }] = c.call('GET', '/nodes/n1/tasks', { source: 'all' }).data;
  const log = c.call('GET', `/nodes/n1/tasks/${upid}/log`).data.map((l: { t: string }) => l.t);
  expect(log.join('\n')).toMatch(words);
});

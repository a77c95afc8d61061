import type { DirectAnswer, DirectRequest } from '../direct-transport.ts';

export const upid = 'UPID:n1:0000ABCD:0012D687:66F00000:qmigrate:100:evenkeel@pve!write:';
const GiB = 2 ** 30;

const answers: Record<string, unknown> = {
  'GET /version': { version: '9.2.2', release: '9.2', repoid: 'b9984c6d90a4bd80' },
  'GET /cluster/status': [
    { type: 'cluster', id: 'cluster', name: 'lab', version: 3, nodes: 2, quorate: 1 },
    { type: 'node', id: 'node/n1', name: 'n1', nodeid: 1, ip: '10.0.0.1', local: 1, online: 1, level: '' },
    { type: 'node', id: 'node/n2', name: 'n2', nodeid: 2, ip: '10.0.0.2', local: 0, online: '0', level: '' },
  ],
  'GET /cluster/resources': [
    {
      type: 'node',
      id: 'node/n1',
      node: 'n1',
      status: 'online',
      cpu: '0.25',
      maxcpu: 8,
      mem: 4 * GiB,
      maxmem: 32 * GiB,
    },
    { type: 'node', id: 'node/n2', node: 'n2', status: 'offline' },
    { type: 'qemu', id: 'qemu/100', vmid: 100, node: 'n1', name: 'web', status: 'running', tags: 'a;b,c d', cpu: 0 },
    { type: 'lxc', id: 'lxc/101', vmid: '101', node: 'n1', name: 101, status: 'stopped', template: '1', mem: -5 },
    { type: 'qemu', id: 'qemu/0', vmid: 'many', node: 'n1' },
    { type: 'storage', storage: 'ceph', node: 'n1', status: 'available', shared: 1, content: 'images,rootdir' },
    { type: 'network', network: 'localnetwork', node: 'n1' },
    { type: 'pool', pool: 'p', id: '/pool/p' },
    null,
  ],
  'GET /cluster/options': {
    crs: { ha: 'dynamic', 'ha-auto-rebalance': 1, 'ha-auto-rebalance-threshold': '30' },
    migration: { type: 'secure', network: '10.1.1.0/24' },
    bwlimit: 'clone=10240,default=20480,migration=51200',
  },
  'GET /nodes/n1/status': {
    cpu: 0.2,
    wait: '0.01',
    cpuinfo: { cpus: 8, model: 'EPYC', vendor: 'AuthenticAMD', flags: 'aes' },
    memory: { total: 32 * GiB, used: 4 * GiB },
    pveversion: 'pve-manager/9.2.2/b9984c6d90a4bd80',
  },
  'GET /nodes/n1/qemu/100/config': { memory: '2048', cores: 2, scsi0: 'ceph:vm-100-disk-0,size=32G', nested: { a: 1 } },
  'GET /nodes/n1/qemu/100/snapshot': [
    { name: 'before', vmstate: 1, snaptime: 1 },
    { name: 'current', running: 1, parent: 'before' },
  ],
  'GET /nodes/n1/rrddata': [
    { time: 1_800_000_060, cpu: 0.5, memused: 10, memtotal: 20, iowait: 0.1, pressureiosome: '1.5' },
    { time: 1_800_000_000, maxcpu: 8 },
  ],
  'GET /nodes/n1/qemu/100/rrddata': [{ time: 1_800_000_000, cpu: 0.5, mem: 10.5, maxmem: 20 }],
  'GET /cluster/ha/resources': [{ sid: 'vm:100', type: 'vm', state: 'started', 'auto-rebalance': 0 }],
  'GET /cluster/ha/groups': [
    { group: 'g1', type: 'group', nodes: 'n2:1,n1', restricted: 0, nofailback: 1, digest: 'd' },
  ],
  'GET /cluster/ha/rules': [
    { rule: 'r1', type: 'node-affinity', resources: 'vm:100,ct:101', nodes: 'n1:2,n2', strict: 1, order: 1 },
    { rule: 'r2', type: 'resource-affinity', resources: 'vm:100,vm:102', affinity: 'negative', disable: 1 },
  ],
  'GET /cluster/ha/status/manager_status': {
    manager_status: { master_node: 'n1', node_status: { n1: 'online', n2: 'maintenance' } },
    quorum: { quorate: '1' },
  },
  'GET /nodes/n1/storage/local-zfs/content': [
    { volid: 'local-zfs:vm-100-disk-0', vmid: '100', size: 5, format: 'raw', content: 'images' },
    { volid: 'local-zfs:iso/x.iso', size: 7, format: 'iso', content: 'iso' },
    { vmid: 9 },
  ],
  'GET /nodes/n1/network': [
    { iface: 'vmbr0', type: 'bridge', active: 1, autostart: 1, method: 'static', bridge_ports: 'eno1', priority: 3 },
    { iface: 'tenants', type: 'vnet', active: 1 },
    { type: 'bridge' },
  ],
  'GET /cluster/mapping/pci': [
    {
      id: 'nic',
      map: ['id=1,iommugroup=2,node=n2,path=0000:01:00.0', 'node=n1,path=0000:02:00.0'],
      'live-migration-capable': 1,
    },
    { id: 'gpu', map: ['node=n1,path=0000:03:00.0'] },
  ],
  'GET /cluster/replication': [
    { id: '100-0', guest: 100, jobnum: 0, type: 'local', target: 'n2' },
    { id: '101-0', guest: 101, type: 'local' },
  ],
  'GET /cluster/backup': [
    { id: 'nightly', type: 'vzdump', enabled: 1, schedule: '21:00', 'next-run': 1_727_038_800, all: 1, exclude: '101' },
    { id: 'web', schedule: 'sat 02:00', 'next-run': 1_727_488_800, vmid: '100,102', node: 'n1' },
    { id: 'off', enabled: 0, schedule: '03:00', pool: 'tenants' },
  ],
  'GET /cluster/tasks': [
    { upid, node: 'n1', type: 'qmigrate', id: '100', user: 'evenkeel@pve', starttime: 1_727_004_672 },
  ],
  'GET /nodes/n1/tasks': [{ upid, node: 'n1', status: 'OK', starttime: 1_727_004_672, endtime: 1_727_004_700, pid: 1 }],
  [`GET /nodes/n1/tasks/${upid}/status`]: { upid, status: 'stopped', exitstatus: 'OK' },
  [`GET /nodes/n1/tasks/${upid}/log`]: [
    { n: 1, t: "2026-01-01 00:00:00 starting migration of VM 100 to node 'n2' (10.0.0.2)" },
    { n: 2, t: 'TASK OK' },
  ],
  'GET /nodes/n1/qemu/100/migrate': {
    running: 1,
    allowed_nodes: ['n2'],
    not_allowed_nodes: { n2: {}, n3: { unavailable_storages: ['local-zfs'] }, n4: {} },
    local_disks: [
      { volid: 'local-zfs:vm-100-disk-0', size: 5, cdrom: 0 },
      { volid: 'local-zfs:vm-100-disk-1', cdrom: 0, referenced_in_snapshot: { before: 1, after: 1 } },
      { volid: 'local:iso/x.iso', cdrom: 1 },
      { volid: 'local-zfs:vm-100-cloudinit', cdrom: 1, is_cloudinit: 1 },
      { volid: 'ceph:vm-100-disk-9', shared: 1 },
    ],
    'mapped-resources': ['hostpci1', 'hostpci2', 'hostpci3'],
    local_resources: ['hostpci0'],
    'mapped-resource-info': { hostpci1: { name: 'gpu' }, hostpci2: { name: 'nic', 'live-migration': 1 } },
  },
  'GET /nodes/n1/qemu/100/agent/info': { result: { version: '9.2.0', supported_commands: [] } },
  'GET /access/permissions': { '/': { 'Sys.Audit': 1 }, '/vms/100': { 'VM.Migrate': 0 } },
  'POST /nodes/n1/qemu/100/migrate': upid,
  'POST /nodes/n1/lxc/101/migrate': upid.replace('qmigrate', 'vzmigrate'),
  [`DELETE /nodes/n1/tasks/${upid}`]: null,
};

/** A cluster of two nodes that always says the same, in the words of a real one. */
export function smallCluster({ method, path }: Pick<DirectRequest, 'method' | 'path'>): DirectAnswer {
  const key = `${method} ${decodeURIComponent(path.replace('/api2/json', ''))}`;
  const headers = { 'content-type': 'application/json;charset=UTF-8' };
  if (key in answers) return { status: 200, reason: 'OK', headers, body: JSON.stringify({ data: answers[key] }) };
  return { status: 501, reason: `Method '${key}' not implemented`, headers, body: '' };
}

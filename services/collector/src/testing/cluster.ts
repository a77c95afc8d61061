import { createProxmox, type DirectAnswer, directTransport, type Proxmox } from '@evenkeel/proxmox';

const GiB = 2 ** 30;

export type Guest = {
  vmid: number;
  node: string;
  name: string;
  uptime: number;
  config: Record<string, unknown>;
  row?: object;
};

/** A cluster as its API shows it; tests change it between two looks. */
export type Cluster = {
  now_s: number;
  nodes: Record<string, 'online' | 'offline'>;
  guests: Guest[];
  extra: Record<string, unknown>;
  /** Paths that answer so instead. */
  broken: Record<string, { status: number; reason: string }>;
  asked: string[];
};

export const guest = (vmid: number, node: string, differs: Partial<Guest> = {}): Guest => ({
  vmid,
  node,
  name: `guest-${vmid}`,
  uptime: 5_000,
  config: {
    meta: `ctime=${1_700_000_000 + vmid}`,
    scsi0: `ceph:vm-${vmid}-disk-0,size=32G`,
    net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0',
  },
  ...differs,
});

export const newCluster = (differs: Partial<Cluster> = {}): Cluster => ({
  now_s: 1_800_000_000,
  nodes: { n1: 'online', n2: 'online' },
  guests: [guest(100, 'n1'), guest(101, 'n2')],
  extra: {},
  broken: {},
  asked: [],
  ...differs,
});

const nodeRow = (node: string, status: string) => ({
  type: 'node',
  node,
  status,
  ...(status === 'online' && { cpu: 0.25, maxcpu: 16, mem: 16 * GiB, maxmem: 64 * GiB, uptime: 99_999 }),
});

const guestRow = ({ vmid, node, name, uptime, row }: Guest) => ({
  type: 'qemu',
  vmid,
  node,
  name,
  status: 'running',
  cpu: 0.123456789,
  maxcpu: 4,
  mem: 2 * GiB,
  memhost: 3 * GiB,
  maxmem: 4 * GiB,
  maxdisk: 32 * GiB,
  uptime,
  netin: uptime * 10,
  netout: uptime * 20,
  diskread: 0,
  diskwrite: uptime * 30,
  ...row,
});

const status = {
  cpu: 0.3,
  wait: 0.02,
  cpuinfo: { cpus: 16, model: 'AMD EPYC 7302' },
  memory: { total: 64 * GiB, used: 16 * GiB },
  pveversion: 'pve-manager/9.2.2/b9984c6d90a4bd80',
};

const series = (now_s: number, step: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    time: now_s - (count - i) * step,
    cpu: 0.1 + (i % 10) / 100,
    mem: 2 * GiB + i,
    memused: 2 * GiB + i,
    memtotal: 64 * GiB,
    pressureiosome: 1.5,
  }));

function answer(cluster: Cluster, path: string, query: Record<string, string>): unknown {
  const { now_s, nodes, guests, extra } = cluster;
  if (path in extra) return extra[path];
  const [, place, node, , vmid] = path.split('/');
  if (path === '/version') return { version: '9.2.2', release: '9.2' };
  if (path === '/cluster/status') {
    const members = Object.entries(nodes).map(([name, state]) => ({
      type: 'node',
      name,
      online: state === 'online' ? 1 : 0,
    }));
    return [{ type: 'cluster', name: 'lab', quorate: 1 }, ...members];
  }
  if (path === '/cluster/resources') {
    const storages = Object.keys(nodes).flatMap((name) => [
      {
        type: 'storage',
        storage: 'ceph',
        node: name,
        status: 'available',
        shared: 1,
        content: 'images',
        disk: 1,
        maxdisk: 9,
      },
      {
        type: 'storage',
        storage: 'local',
        node: name,
        status: 'available',
        shared: 0,
        content: 'iso',
        disk: 1,
        maxdisk: 9,
      },
    ]);
    return [
      ...Object.entries(nodes).map(([name, state]) => nodeRow(name, state)),
      ...guests.map(guestRow),
      ...storages,
    ];
  }
  if (path === '/cluster/options') return { crs: { ha: 'static' } };
  if (path === '/cluster/ha/status/manager_status') return { manager_status: { node_status: {} } };
  if (place === 'cluster') return [];
  if (path === `/nodes/${node}/status`) return status;
  if (path.endsWith('/rrddata')) {
    if (query.timeframe === 'hour') return series(now_s, 60, 60);
    return query.timeframe === 'day' ? series(now_s, 60, 1440) : series(now_s, 1800, 336);
  }
  if (path.endsWith('/config')) return guests.find((g) => String(g.vmid) === vmid)?.config;
  if (path === `/nodes/${node}/tasks`) return [];
  return undefined;
}

function handle(cluster: Cluster, path: string, query: Record<string, string>): DirectAnswer {
  cluster.asked.push(path);
  const headers = {};
  const broken = cluster.broken[path];
  if (broken) return { ...broken, headers, body: '' };
  const data = answer(cluster, path, query);
  if (data === undefined) return { status: 501, reason: 'not implemented', headers, body: '' };
  return { status: 200, reason: 'OK', headers, body: JSON.stringify({ data }) };
}

/** A client of it that counts what it asks. */
export const clientOf = (cluster: Cluster): Proxmox =>
  createProxmox({
    token: 'evenkeel@pve!read=secret',
    readOnly: true,
    machine: { sleep: async () => {} },
    transport: directTransport(({ path, query }) =>
      handle(cluster, decodeURIComponent(path.replace('/api2/json', '')), query),
    ),
  });

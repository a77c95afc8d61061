import type {
  ClusterSample,
  DataOf,
  GuestSample,
  HistoryPoint,
  historyBackfilled,
  NodeSample,
} from '@evenkeel/contracts';

const gib = 2 ** 30;
const begin = 1_767_225_600_000;
const stepMs = 300_000;

export const clusterName = 'large';

export type Size = { nodes: number; guests: number };

/** A repeatable cluster of any size at a moment: hot at one end, idle at the other, every value with its own noise. */
export function largeSample(
  size: Size,
  step: number,
  config_revision: string,
  placement?: Map<string, string>,
): ClusterSample {
  const at = new Date(begin + step * stepMs).toISOString();
  const guests = Array.from({ length: size.guests }, (_, n) => guestAt(n, size, step, placement));
  const used = new Map<string, { cpu: number; mem: number }>();
  for (const g of guests) {
    const sum = used.get(g.node) ?? { cpu: 0, mem: 2 * gib };
    used.set(g.node, { cpu: sum.cpu + g.cpu * g.maxcpu, mem: sum.mem + g.mem });
  }
  return {
    cluster: clusterName,
    at,
    sequence: step + 1,
    config_revision,
    run: { run_id: `${clusterName}-${step}`, opened_at: at },
    quorate: true,
    version: '9.2',
    nodes: Array.from({ length: size.nodes }, (_, n) => nodeAt(n, threadsOf(n, size), step, used.get(`pve${n + 1}`))),
    guests,
    ha_rules: [],
    crs: { mode: 'static', auto_rebalance: false },
    running_migrations: [],
    problems: [],
  };
}

/** As many as put the cluster at about 55 %; every fourth node has half of the others'. */
function threadsOf(n: number, { nodes, guests }: Size): number {
  const most = 2 * Math.ceil((0.65 * guests) / nodes);
  return n % 4 === 3 ? most / 2 : most;
}

function nodeAt(n: number, threads: number, step: number, used: { cpu: number; mem: number } | undefined): NodeSample {
  return {
    node: `pve${n + 1}`,
    status: 'online',
    maintenance: false,
    cpu: Math.min(1, (used?.cpu ?? 0) / threads),
    maxcpu: threads,
    mem: used?.mem ?? 2 * gib,
    maxmem: threads * 8 * gib,
    iowait: 0.01,
    uptime: 1e6 + step * 300,
    speed_factor: 1,
    storages: [
      { storage: 'ceph', shared: true, active: true, total: 1e14, used: 4e13, content: ['images', 'rootdir'] },
      { storage: 'local-lvm', shared: false, active: true, total: 1e12, used: 2e11, content: ['images'] },
    ],
    cpu_vendor: 'AuthenticAMD',
    cpu_model: 'AMD EPYC 7543',
    version: '9.2.2',
  };
}

const noiseOf = (n: number, step: number): number =>
  Math.abs(Math.sin((n + 1) * 12.9898 + step * 78.233) * 43758.5453) % 1;

/** A third of the guests have a daily rhythm, a tenth grow, the others are as steady as noise lets them be. */
function cpuAt(n: number, step: number): number {
  const rhythm = n % 3 === 0 ? 0.25 * (1 + Math.sin((step / 288) * 2 * Math.PI + (n % 24))) : 0.25;
  const growth = n % 10 === 1 ? (0.02 * (step + 2016)) / 288 : 0;
  return Math.min(1, 0.4 * (rhythm + growth + 0.3 * noiseOf(n, step)));
}

/** The week before step 0, hour by hour, as it is read from Proxmox on first sight: an event per node. */
export function weekBefore(size: Size): DataOf<typeof historyBackfilled>[] {
  const { nodes, guests } = largeSample(size, 0, '');
  return nodes.map(({ node, maxmem }) => ({
    cluster: clusterName,
    at: new Date(begin).toISOString(),
    node,
    part: 1,
    node_maxmem: maxmem,
    node_history: [],
    guests: guests
      .filter((guest) => guest.node === node)
      .map(({ guest, identity, vmid, mem }) => ({
        guest,
        identity,
        history: Array.from({ length: 168 }, (_, hour): HistoryPoint => {
          const step = (hour - 168) * 12;
          return [(begin + step * stepMs) / 1000, 3600, cpuAt(vmid - 100, step), mem];
        }),
      })),
    migrations: [],
  }));
}

function guestAt(n: number, size: Size, step: number, placement?: Map<string, string>): GuestSample {
  const noise = noiseOf(n, step);
  const guest = `qemu/${100 + n}`;
  const skewed = Math.floor((((n * 7919) % size.guests) ** 1.3 / size.guests ** 1.3) * size.nodes);
  const maxcpu = [1, 2, 4, 8][n % 4]!;
  const maxmem = maxcpu * 2 * gib;
  return {
    guest,
    vmid: 100 + n,
    type: 'qemu',
    name: `vm-${100 + n}`,
    node: placement?.get(guest) ?? `pve${skewed + 1}`,
    status: 'running',
    template: false,
    cpu: cpuAt(n, step),
    maxcpu,
    mem: Math.round(maxmem * (0.4 + 0.3 * noise)),
    maxmem,
    mem_source: 'balloon',
    memhost: Math.round(maxmem * 0.8),
    maxdisk: 32 * gib,
    netin: Math.round(noise * 1e6),
    netout: Math.round(noise * 2e6),
    diskread: Math.round(noise * 3e6),
    diskwrite: Math.round(noise * 4e6),
    uptime: 5e5 + step * 300,
    tags: n % 10 === 0 ? ['prod', `exclude_db${n % 7}`] : ['prod'],
    identity: `created-${1_700_000_000 + n}`,
    constraints: {
      storages: ['ceph'],
      local_disk_bytes: 0,
      local_disks: 0,
      local_devices: [],
      bridges: ['vmbr0'],
      cpu_type: 'x86-64-v2-AES',
      snapshots_with_state: false,
      bind_mounts: [],
    },
  };
}

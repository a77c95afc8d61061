import { type ClusterSample, Config, type GuestProfile, type GuestSample, type NodeSample } from '@evenkeel/contracts';

export const GiB = 2 ** 30;

/** A healthy node to vary in tests: 16 threads, 64 GiB, idle. */
export const aNode = (node: string, change: Partial<NodeSample> = {}): NodeSample => ({
  node,
  status: 'online',
  maintenance: false,
  cpu: 0,
  maxcpu: 16,
  mem: 0,
  maxmem: 64 * GiB,
  uptime: 1_000_000,
  speed_factor: 1,
  storages: [{ storage: 'ceph', shared: true, active: true, total: 1000 * GiB, used: 100 * GiB, content: ['images'] }],
  ...change,
});

/** A running VM to vary in tests: 2 vCPUs half used, 2 of 4 GiB, on shared storage. */
export const aGuest = (vmid: number, node: string, change: Partial<GuestSample> = {}): GuestSample => {
  const type = change.type ?? 'qemu';
  return {
    guest: `${type}/${vmid}`,
    vmid,
    type,
    name: `vm${vmid}`,
    node,
    status: 'running',
    template: false,
    cpu: 0.5,
    maxcpu: 2,
    mem: 2 * GiB,
    maxmem: 4 * GiB,
    mem_source: 'host',
    maxdisk: 32 * GiB,
    netin: 0,
    netout: 0,
    diskread: 0,
    diskwrite: 0,
    uptime: 100_000,
    tags: [],
    identity: String(vmid),
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
    ...change,
  };
};

/** A profile that says: this guest does what it does now, and has done so for a day. */
export const aProfile = (guest: GuestSample, change: Partial<GuestProfile> = {}): GuestProfile => {
  const same = (value: number) => ({
    min: value,
    max: value,
    mean: value,
    p95: value,
    sd: 0,
    hour: value,
    day: value,
    week: value,
  });
  return {
    guest: guest.guest,
    behavior: 'steady',
    confidence: 0.9,
    samples: 288,
    window_hours: 24,
    cpu: same(guest.cpu),
    mem: same(guest.mem),
    cpu_growth_per_day: 0,
    mem_growth_per_day: 0,
    residual_sd: 0.02,
    ...change,
  };
};

/** A look at a cluster whose nodes are as busy as their guests make them. */
export function aCluster(
  nodes: readonly NodeSample[],
  guests: readonly GuestSample[],
  change: Partial<ClusterSample> = {},
): ClusterSample {
  const at = change.at ?? '2026-01-05T12:00:00.000Z';
  const busy = nodes.map((n) => {
    const here = guests.filter((g) => g.node === n.node && g.status === 'running');
    const cores = here.reduce((sum, g) => sum + g.cpu * g.maxcpu, 0);
    return { ...n, cpu: cores / n.maxcpu, mem: here.reduce((sum, g) => sum + g.mem, 0) };
  });
  return {
    cluster: 'lab',
    at,
    sequence: 1,
    config_revision: '0123456789abcdef',
    run: { run_id: 'run-1', opened_at: at },
    quorate: true,
    version: '9.1',
    nodes: busy,
    guests: [...guests],
    ha_rules: [],
    crs: { mode: 'basic', auto_rebalance: false },
    running_migrations: [],
    problems: [],
    ...change,
  };
}

/** The defaults, with some of them changed. */
export const aConfig = (change: object = {}): Config => Config.parse(change);

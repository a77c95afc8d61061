import type { ClusterSample, GuestSample, NodeSample } from '@evenkeel/contracts';

/** What is made up of a cluster where only loads are known: nothing is wrong with it, and nobody else balances it. */
export const plainCluster = {
  quorate: true,
  version: '9.2',
  ha_rules: [],
  crs: { mode: 'basic', auto_rebalance: false },
  problems: [],
} satisfies Partial<ClusterSample>;

/** The same of a node: as fast as every other, with a storage that all share. */
export const plainNode = {
  maintenance: false,
  speed_factor: 1,
  storages: [{ storage: 'shared', shared: true, active: true, total: 1e15, used: 1e12, content: ['images'] }],
} satisfies Partial<NodeSample>;

/** The same of a guest: it may live on any node, and neither reads nor sends anything. */
export const plainGuest = {
  template: false,
  mem_source: 'host',
  netin: 0,
  netout: 0,
  diskread: 0,
  diskwrite: 0,
  constraints: {
    storages: ['shared'],
    local_disk_bytes: 0,
    local_disks: 0,
    local_devices: [],
    bridges: [],
    cpu_type: 'x86-64-v2-AES',
    snapshots_with_state: false,
    bind_mounts: [],
  },
} satisfies Partial<GuestSample>;

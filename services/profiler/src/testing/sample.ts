import type { ClusterSample, GuestSample } from '@evenkeel/contracts';

/** A running guest; what differs from the usual is given. */
export const guestSample = (given: Partial<GuestSample> = {}): GuestSample => ({
  guest: 'qemu/100',
  vmid: 100,
  type: 'qemu',
  name: 'web',
  node: 'alpha',
  status: 'running',
  template: false,
  cpu: 0.25,
  maxcpu: 4,
  mem: 2 ** 30,
  maxmem: 2 ** 32,
  mem_source: 'balloon',
  maxdisk: 2 ** 35,
  netin: 0,
  netout: 0,
  diskread: 0,
  diskwrite: 0,
  uptime: 86_400,
  tags: [],
  identity: 'born-once',
  ...given,
});

/** One look at a cluster with these guests. */
export const clusterSample = (
  at: number,
  guests: GuestSample[],
  given: Partial<ClusterSample> = {},
): ClusterSample => ({
  cluster: 'keel',
  at: new Date(at).toISOString(),
  sequence: Math.floor(at / 1000),
  config_revision: '0123456789abcdef',
  quorate: true,
  version: '9.1',
  nodes: [],
  guests,
  ha_rules: [],
  crs: { mode: 'static', auto_rebalance: false },
  running_migrations: [],
  problems: [],
  ...given,
});

/** The same, as a sample that opens a run. */
export const runSample = (at: number, guests: GuestSample[]): ClusterSample =>
  clusterSample(at, guests, { run: { run_id: `run-${at}`, opened_at: new Date(at).toISOString() } });

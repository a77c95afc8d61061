import type { ClusterSample, GuestSample, NodeSample } from '@evenkeel/contracts';
import type { StepLine } from './protocol.ts';

export const benchCluster = 'bench';

const storage = { storage: 'shared', shared: true, active: true, total: 1e15, used: 1e12, content: ['images'] };

/** A step of the benchmark as the collector would have seen it; every step opens a run. */
export function sampleOfStep(line: StepLine, config_revision: string): ClusterSample {
  const at = new Date(line.time * 1000).toISOString();
  return {
    cluster: benchCluster,
    at,
    sequence: line.step + 1,
    config_revision,
    run: { run_id: `${benchCluster}-${at.replace(/[-:]|\.\d+/g, '')}`, opened_at: at },
    quorate: true,
    version: '9.2',
    nodes: line.nodes.map(nodeOf),
    guests: line.guests.map(guestOf),
    ha_rules: [],
    crs: { mode: 'basic', auto_rebalance: false },
    running_migrations: line.migrations.map(({ vmid, source, target }) => ({ guest: `qemu/${vmid}`, source, target })),
    problems: [],
  };
}

const nodeOf = (n: StepLine['nodes'][number]): NodeSample => ({
  node: n.node,
  status: n.status === 'online' ? 'online' : 'offline',
  maintenance: false,
  cpu: n.cpu,
  maxcpu: n.maxcpu,
  mem: n.mem,
  maxmem: n.maxmem,
  pressure: { cpu_some: n.pressurecpusome },
  uptime: n.uptime,
  speed_factor: 1,
  storages: [storage],
});

const guestOf = (g: StepLine['guests'][number]): GuestSample => ({
  guest: `${g.type}/${g.vmid}`,
  vmid: g.vmid,
  type: g.type,
  name: g.name,
  node: g.node,
  status: g.status === 'running' ? 'running' : 'stopped',
  template: false,
  cpu: g.cpu,
  maxcpu: g.maxcpu,
  mem: g.mem,
  maxmem: g.maxmem,
  mem_source: 'host',
  maxdisk: g.maxdisk,
  netin: 0,
  netout: 0,
  diskread: 0,
  diskwrite: 0,
  uptime: g.uptime,
  tags: g.tags.split(';').filter(Boolean),
  identity: `${g.type}/${g.vmid}`,
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
});

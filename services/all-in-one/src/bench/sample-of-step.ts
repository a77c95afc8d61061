import type { ClusterSample, GuestSample, NodeSample } from '@evenkeel/contracts';
import { plainCluster, plainGuest, plainNode } from '../replay/plain-cluster.ts';
import type { StepLine } from './protocol.ts';

export const benchCluster = 'bench';

/** A step of the benchmark as the collector would have seen it; every step opens a run. */
export function sampleOfStep(line: StepLine, config_revision: string): ClusterSample {
  const at = new Date(line.time * 1000).toISOString();
  return {
    ...plainCluster,
    cluster: benchCluster,
    at,
    sequence: line.step + 1,
    config_revision,
    run: { run_id: `${benchCluster}-${at.replace(/[-:]|\.\d+/g, '')}`, opened_at: at },
    nodes: line.nodes.map(nodeOf),
    guests: line.guests.map(guestOf),
    running_migrations: line.migrations.map(({ vmid, source, target }) => ({ guest: `qemu/${vmid}`, source, target })),
  };
}

const nodeOf = (n: StepLine['nodes'][number]): NodeSample => ({
  ...plainNode,
  node: n.node,
  status: n.status === 'online' ? 'online' : 'offline',
  cpu: n.cpu,
  maxcpu: n.maxcpu,
  mem: n.mem,
  maxmem: n.maxmem,
  pressure: { cpu_some: n.pressurecpusome },
  uptime: n.uptime,
});

const guestOf = (g: StepLine['guests'][number]): GuestSample => ({
  ...plainGuest,
  guest: `${g.type}/${g.vmid}`,
  vmid: g.vmid,
  type: g.type,
  name: g.name,
  node: g.node,
  status: g.status === 'running' ? 'running' : 'stopped',
  cpu: g.cpu,
  maxcpu: g.maxcpu,
  mem: g.mem,
  maxmem: g.maxmem,
  maxdisk: g.maxdisk,
  uptime: g.uptime,
  tags: g.tags.split(';').filter(Boolean),
  identity: `${g.type}/${g.vmid}`,
});

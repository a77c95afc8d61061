import type { CollectorProgress, Config, Drain, NodeSample, StorageSample } from '@evenkeel/contracts';
import type { NodeRow, NodeStatus, StorageRow } from '@evenkeel/proxmox';
import { asConfigured } from './as-configured.ts';
import { rounded } from './rounded.ts';

export type NodeBeside = {
  /** As the cluster's membership knows it; undefined where it is not listed. */
  online: boolean | undefined;
  status: NodeStatus | undefined;
  processor: CollectorProgress['processors'][string] | undefined;
  pressure: NodeSample['pressure'] | undefined;
  /** Held in maintenance by Proxmox. */
  maintenance: boolean;
  /** By whom and why, where somebody asked for it to be drained. */
  drained: Drain | undefined;
  storages: readonly StorageRow[];
  config: Config;
};

/** A node whose row is stale is caught by the cluster's membership: either of them saying offline is enough. */
function statusOf(row: NodeRow, online: boolean | undefined): NodeSample['status'] {
  return online === false ? 'offline' : row.status;
}

function storageSample({ storage, shared, active, maxdisk, disk, content }: StorageRow): StorageSample {
  return {
    storage,
    shared,
    active,
    total: rounded(maxdisk ?? 0),
    used: rounded(disk ?? 0),
    content: [...new Set(content)].sort(),
  };
}

/** One node as the sample tells it. */
export function nodeSample(row: NodeRow, beside: NodeBeside): NodeSample {
  const { status, processor, pressure, config, drained } = beside;
  const ofProxmox = beside.maintenance || row.hastate === 'maintenance';
  return {
    node: row.node,
    status: statusOf(row, beside.online),
    ...asConfigured(row.node, ofProxmox || drained !== undefined, config),
    ...(ofProxmox && { maintenance_of_proxmox: true }),
    ...(drained && { drained }),
    cpu: rounded(row.cpu ?? status?.cpu ?? 0, 5),
    maxcpu: row.maxcpu ?? status?.threads ?? 0,
    mem: rounded(row.mem ?? status?.memory_used ?? 0),
    maxmem: rounded(row.maxmem ?? status?.memory_total ?? 0),
    ...(status && { iowait: rounded(status.wait, 5) }),
    ...(pressure && { pressure }),
    uptime: rounded(row.uptime ?? 0),
    storages: beside.storages.map(storageSample).sort((a, b) => (a.storage < b.storage ? -1 : 1)),
    ...(processor?.vendor && { cpu_vendor: processor.vendor }),
    ...(processor?.model && { cpu_model: processor.model }),
    ...(processor?.flags && { cpu_flags: processor.flags }),
    ...(processor?.version && { version: processor.version }),
  };
}

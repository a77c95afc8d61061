import type { CounterReading, GuestFacts, GuestSample } from '@evenkeel/contracts';
import { type GuestRow, type HaResource, unreadIdentity } from '@evenkeel/proxmox';
import { memSource } from './mem-source.ts';
import { ratesOf } from './rates.ts';
import { rounded } from './rounded.ts';

const statuses: Record<string, GuestSample['status']> = {
  running: 'running',
  stopped: 'stopped',
  paused: 'paused',
  suspended: 'paused',
};

export type GuestBeside = {
  facts: GuestFacts | undefined;
  counters: CounterReading;
  /** Null where HA could not be read. */
  ha: HaResource | undefined | null;
};

/** Where HA could not be read, what the row says of it stands, and Proxmox is taken to balance the guest itself. */
function haOf(row: GuestRow, ha: GuestBeside['ha']): GuestSample['ha'] {
  if (ha) {
    const { state, auto_rebalance, failback } = ha;
    return { state: row.hastate ?? state, auto_rebalance, ...(failback !== undefined && { failback }) };
  }
  if (ha === null && row.hastate) return { state: row.hastate, auto_rebalance: true };
  return undefined;
}

/** One guest as the sample tells it. */
export function guestSample(row: GuestRow, { facts, counters, ha }: GuestBeside): GuestSample {
  const managed = haOf(row, ha);
  return {
    guest: row.id,
    vmid: row.vmid,
    type: row.type,
    name: (row.name ?? facts?.known?.marks.name) || row.id,
    node: row.node,
    status: statuses[row.status] ?? 'unknown',
    template: row.template,
    cpu: rounded(row.cpu ?? 0, 5),
    maxcpu: row.maxcpu ?? 0,
    mem: rounded(row.mem ?? 0),
    maxmem: rounded(row.maxmem ?? 0),
    mem_source: memSource(row),
    ...(row.memhost !== undefined && { memhost: rounded(row.memhost) }),
    maxdisk: rounded(row.maxdisk ?? 0),
    ...ratesOf(counters),
    uptime: rounded(row.uptime ?? 0),
    tags: [...new Set(row.tags)].sort(),
    ...(row.pool !== undefined && { pool: row.pool }),
    ...(row.lock !== undefined && { lock: row.lock }),
    ...(managed && { ha: managed }),
    identity: facts?.known?.identity ?? unreadIdentity,
    ...(facts?.known && { constraints: facts.known.constraints }),
  };
}

import type { Config, GuestSample, NodeSample, Recommendation, RiskFlag } from '@evenkeel/contracts';
import { hasCopies } from '@evenkeel/model';

const GiB = 2 ** 30;
const MiB = 2 ** 20;

type Row = {
  flag: string;
  value: (guest: GuestSample, target: NodeSample) => number;
  limit: (risk: Config['risk']) => number;
  sentence: (value: string, limit: string) => string;
};

/** What makes a migration risky, one row each: flagged where the value is above the limit. */
const table: readonly Row[] = [
  {
    flag: 'large_memory',
    value: (g) => g.maxmem / GiB,
    limit: (r) => r.memory_gib,
    sentence: (v, l) => `it has ${v} GiB of memory, more than ${l}`,
  },
  {
    flag: 'many_vcpus',
    value: (g) => g.maxcpu,
    limit: (r) => r.vcpus,
    sentence: (v, l) => `it has ${v} vCPUs, more than ${l}`,
  },
  {
    flag: 'share_of_target',
    value: (g, t) => Math.max(g.maxmem / Math.max(1, t.maxmem), g.maxcpu / Math.max(1, t.maxcpu)),
    limit: (r) => r.share_of_target,
    sentence: (v, l) => `it may take ${v} of its target's memory or threads, more than ${l}`,
  },
  {
    flag: 'local_disk_size',
    value: (g, t) => (hasCopies(g, t.node) ? 0 : (g.constraints?.local_disk_bytes ?? 0) / GiB),
    limit: (r) => r.local_disk_gib,
    sentence: (v, l) => `${v} GiB on local disks have to be copied, more than ${l}`,
  },
  {
    flag: 'local_disks',
    value: (g, t) => (hasCopies(g, t.node) ? 0 : (g.constraints?.local_disks ?? 0)),
    limit: (r) => r.local_disks,
    sentence: (v, l) => `${v} local disks have to be copied, more than ${l}`,
  },
  {
    flag: 'disk_writes',
    value: (g) => g.diskwrite / MiB,
    limit: (r) => r.disk_write_mib_per_second,
    sentence: (v, l) => `it writes ${v} MiB/s, more than ${l}`,
  },
  {
    flag: 'container_restart',
    value: (g) => (g.type === 'lxc' ? 1 : 0),
    limit: () => 0,
    sentence: () => 'a container restarts when it moves',
  },
  {
    flag: 'snapshot_with_state',
    value: (g) => (g.constraints?.snapshots_with_state ? 1 : 0),
    limit: () => 0,
    sentence: () => 'it has a snapshot with memory state',
  },
];

const short = (value: number): string => String(Math.round(value * 100) / 100);

/** Which risks a migration runs; high where it runs any. */
export function assessRisk(guest: GuestSample, target: NodeSample, risk: Config['risk']): Recommendation['risk'] {
  const flags = table.flatMap(({ flag, value, limit, sentence }): RiskFlag[] => {
    const [v, l] = [value(guest, target), limit(risk)];
    return v > l ? [{ flag, value: v, limit: l, sentence: sentence(short(v), short(l)) }] : [];
  });
  return { high: flags.length > 0, flags };
}

import type {
  ClusterSample,
  ConfigInput,
  DataOf,
  GuestSample,
  HistoryPoint,
  historyBackfilled,
  NodeSample,
} from '@evenkeel/contracts';
import { largeSample, type Size } from '../bench/large-sample.ts';

export const size: Size = { nodes: 64, guests: 3_000 };

/** Limits at their highest, and four nodes to be emptied: as many decisions as a run can make. */
export const badDayConfig: ConfigInput = {
  automated_migrations: {
    maintenance_nodes: ['pve1', 'pve2', 'pve3', 'pve4'],
    rules: { max_migrations_per_run: 100, max_concurrent_migrations: 50, min_confidence_score: 30 },
  },
  intelligent_migrations: { pattern_suppression_enabled: false },
};

/** Letters that hardly compress, the same for the same n. */
function letters(n: number, length: number): string {
  let [text, state] = ['', n * 2_654_435_761 + 12_345];
  while (text.length < length) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    text += (state % 36).toString(36);
  }
  return text;
}

/** A sample of the largest cluster that is promised, with everything long that an administrator can make long. */
export function badDay(step: number, config_revision: string, placement: Map<string, string>): ClusterSample {
  const sample = largeSample(size, step, config_revision, placement);
  return {
    ...sample,
    nodes: sample.nodes.map(badNode),
    guests: sample.guests.map(badGuest),
    ha_rules: Array.from({ length: 100 }, (_, n) => ({
      rule: `keep-apart-${letters(n, 20)}`,
      type: 'resource-affinity' as const,
      affinity: 'negative' as const,
      guests: [`qemu/${100 + 2 * n}`, `qemu/${101 + 2 * n}`, `qemu/${700 + n}`] as GuestSample['guest'][],
    })),
    running_migrations: Array.from({ length: 20 }, (_, n) => ({
      guest: `qemu/${2_900 + n}` as const,
      source: 'pve60',
      target: 'pve61',
      upid: `UPID:pve60:0000${n}:00000000:6955B900:qmigrate:${2_900 + n}:evenkeel@pve!${letters(n, 12)}:`,
      started_at: sample.at,
    })),
  };
}

const badNode = (node: NodeSample, n: number): NodeSample => ({
  ...node,
  cpu: Number((node.cpu / 2).toPrecision(5)),
  pressure: { cpu_some: figure(12, n), memory_some: figure(3, n), io_some: figure(7, n) },
  storages: [
    ...node.storages,
    ...Array.from({ length: 8 }, (_, s) => ({
      storage: `${letters(s, 16)}-nfs`,
      shared: true,
      active: true,
      total: 4e13 + s,
      used: Math.round(1e13 * figure(1, n + s)),
      content: ['images', 'rootdir', 'backup', 'iso'],
    })),
  ],
});

/** Five digits, as the collector gives them. */
const figure = (around: number, n: number): number =>
  Number((around * (0.5 + ((n * 7_919) % 1_000) / 1_000 + 1 / 7)).toPrecision(5));

const badGuest = (guest: GuestSample, n: number): GuestSample => ({
  ...guest,
  name: `${letters(n, 48)}.example`,
  cpu: Number((guest.cpu / 2).toPrecision(5)),
  memhost: Math.round(figure(guest.maxmem / 2, n)),
  tags: [
    ...guest.tags,
    `owner-${letters(n % 200, 16)}`,
    `backup-${letters(n % 30, 12)}`,
    letters(n, 20),
    ...(n % 6 === 0 ? [`plb_affinity_${letters(Math.floor(n / 18), 14)}`] : []),
    ...(n % 25 === 1 ? ['ignore'] : []),
  ],
  pool: `tenant-${letters(n % 80, 16)}`,
  ...(n % 5 === 0 ? { ha: { state: 'started', auto_rebalance: true } } : {}),
  backup: { at: '2026-03-02T21:00:00.000Z', running: false },
  identity: letters(n, 36),
  constraints: {
    storages: ['ceph', ...[0, 1, 2].map((s) => `${letters((n + s) % 8, 16)}-nfs`)],
    local_disk_bytes: 0,
    local_disks: 0,
    local_devices: [],
    bridges: ['vmbr0', `vnet${n % 90}`],
    cpu_type: 'x86-64-v2-AES',
    snapshots_with_state: n % 9 === 0,
    bind_mounts: [],
  },
});

type Past = DataOf<typeof historyBackfilled>;

/** A week of every guest of a node, with a peak a day: what makes its profile cyclical. */
export function badPast(sample: ClusterSample, node: string): Past {
  const end = Math.floor(Date.parse(sample.at) / 1000);
  const guests = sample.guests.filter((guest) => guest.node === node);
  return {
    cluster: sample.cluster,
    at: sample.at,
    node,
    part: 1,
    node_maxmem: sample.nodes.find((n) => n.node === node)?.maxmem ?? 0,
    node_history: week(end, 7, 1e11),
    guests: guests.map(({ guest, identity, vmid, maxmem }) => ({ guest, identity, history: week(end, vmid, maxmem) })),
    migrations: [],
  };
}

/** Hourly means of seven days. */
const week = (end: number, n: number, maxmem: number): HistoryPoint[] =>
  Array.from({ length: 168 }, (_, hour) => {
    const noise = (((hour + n) * 7_919) % 97) / 2_000;
    const cpu = 0.2 + 0.17 * Math.sin(((hour + n) / 24) * 2 * Math.PI) + noise;
    return [end - (168 - hour) * 3_600, 3_600, Math.round(cpu * 1e4) / 1e4, Math.round(maxmem * (0.5 + noise))];
  });

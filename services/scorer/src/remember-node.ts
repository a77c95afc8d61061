import type { GuestSample, HistoryPoint, NodeHistory, NodeSample } from '@evenkeel/contracts';

const hoursKept = 14 * 24;
const recentSeconds = 3 * 3600;
const recentPoints = 60;
/** Readings that are kept although they are older, where runs are rare; no further back than a hole. */
const fewestRecent = 12;
const holeSeconds = 75 * 60;
const hourSeconds = 3600;

export const emptyHistory = (node: string): NodeHistory => ({
  node,
  first_hour: 0,
  cpu: [],
  mem: [],
  iowait: [],
  open: { hour: 0, n: 0, cpu: 0, mem: 0, iowait: 0 },
  recent: [],
  residents: [],
});

const perMille = (fraction: number): number => Math.round(fraction * 1000);

type Hours = Pick<NodeHistory, 'first_hour' | 'cpu' | 'mem' | 'iowait'>;
type Reading = { cpu: number; mem: number; iowait: number };

/** Sets one hour, makes room before or behind with nulls, and forgets what is older than two weeks. */
function setHour(hours: Hours, hour: number, reading: Reading): Hours {
  if (hours.cpu.length === 0)
    return { first_hour: hour, cpu: [reading.cpu], mem: [reading.mem], iowait: [reading.iowait] };
  const last = Math.max(hour, hours.first_hour + hours.cpu.length - 1);
  const first = Math.max(Math.min(hour, hours.first_hour), last - hoursKept + 1);
  if (hour < first) return hours;
  const row = (key: 'cpu' | 'mem' | 'iowait') =>
    Array.from({ length: last - first + 1 }, (_, i) =>
      first + i === hour ? reading[key] : (hours[key][first + i - hours.first_hour] ?? null),
    );
  return { first_hour: first, cpu: row('cpu'), mem: row('mem'), iowait: row('iowait') };
}

function closeHour(history: NodeHistory): Hours {
  const { open } = history;
  if (open.n === 0) return history;
  return setHour(history, open.hour, {
    cpu: perMille(open.cpu / open.n),
    mem: perMille(open.mem / open.n),
    iowait: perMille(open.iowait / open.n),
  });
}

/** The readings of three hours, and of more where those are fewer than a trend needs. */
function stillRecent(history: NodeHistory, seconds: number): NodeHistory['recent'] {
  const kept: NodeHistory['recent'] = [];
  let whole = true;
  for (const reading of [...history.recent].reverse()) {
    whole &&= (kept.at(-1)?.[0] ?? seconds) - reading[0] <= holeSeconds;
    const isNeeded = whole && kept.length < fewestRecent - 1;
    if (reading[0] <= seconds - recentSeconds && !isNeeded) break;
    kept.push(reading);
  }
  return kept.reverse();
}

type Speeds = ReadonlyMap<string, number>;

/**
 * Cores that came to a node and left it with its guests since the last reading, as a fraction of the node; what runs elsewhere now is
 * what it would be at the speed of this node.
 */
function drift(history: NodeHistory, node: NodeSample, guests: readonly GuestSample[], speeds: Speeds) {
  const before = new Set(history.residents);
  let [cpu, mem] = [0, 0];
  for (const guest of guests) {
    const [was, is] = [before.has(guest.guest), guest.node === node.node];
    if (was === is) continue;
    const sign = is ? 1 : -1;
    const speed = (speeds.get(guest.node) ?? node.speed_factor) / node.speed_factor;
    cpu += (sign * Math.min(1, guest.cpu * speed) * guest.maxcpu) / Math.max(1, node.maxcpu);
    mem += (sign * guest.mem) / Math.max(1, node.maxmem);
  }
  return { cpu, mem };
}

/** Speeds of the nodes that guests may have gone to, and seconds by which hours begin before those of UTC. */
type Around = { speeds?: Speeds; shift?: number };

/**
 * Adds a reading of a node. The last readings are told as they would have been with the residents of now, so that a guest
 * that came or went is no trend; the hours stay as they were. Hours are those of the clock on the wall.
 */
export function rememberNode(
  history: NodeHistory,
  node: NodeSample,
  guests: readonly GuestSample[],
  seconds: number,
  { speeds = new Map(), shift = 0 }: Around = {},
): NodeHistory {
  const residents = guests.filter((g) => g.node === node.node).map((g) => g.guest as string);
  const last = history.recent.at(-1)?.[0] ?? 0;
  if (node.status !== 'online' || seconds <= last) return history;
  const hour = Math.floor((seconds + shift) / hourSeconds);
  const reading = { cpu: node.cpu, mem: node.mem / Math.max(1, node.maxmem), iowait: node.iowait ?? 0 };
  const same = history.open.hour === hour;
  const hours = same ? history : closeHour(history);
  const open = same ? history.open : { hour, n: 0, cpu: 0, mem: 0, iowait: 0 };
  const { cpu, mem } = history.recent.length > 0 ? drift(history, node, guests, speeds) : { cpu: 0, mem: 0 };
  const shifted = stillRecent(history, seconds).map(([at, c, m]): [number, number, number] => [
    at,
    round(c + cpu),
    round(m + mem),
  ]);
  return {
    node: node.node,
    first_hour: hours.first_hour,
    cpu: hours.cpu,
    mem: hours.mem,
    iowait: hours.iowait,
    open: {
      hour,
      n: open.n + 1,
      cpu: open.cpu + reading.cpu,
      mem: open.mem + reading.mem,
      iowait: open.iowait + reading.iowait,
    },
    recent: [...shifted, [seconds, round(reading.cpu), round(reading.mem)] as [number, number, number]].slice(
      -recentPoints,
    ),
    residents: residents.sort(),
  };
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Adds what Proxmox remembered of a node from before it was first seen; hours that were watched are not overwritten, and none is later than those. */
export function backfillNode(
  history: NodeHistory,
  points: readonly HistoryPoint[],
  maxmem: number,
  shift = 0,
): NodeHistory {
  const sums = new Map<number, { n: number; cpu: number; mem: number }>();
  for (const [start, length, cpu, mem] of points) {
    if (cpu === null) continue;
    for (let at = start; at < start + Math.max(1, length); at += hourSeconds) {
      const hour = Math.floor((at + Math.min(length, hourSeconds) / 2 + shift) / hourSeconds);
      const sum = sums.get(hour) ?? { n: 0, cpu: 0, mem: 0 };
      sums.set(hour, { n: sum.n + 1, cpu: sum.cpu + cpu, mem: sum.mem + (mem ?? 0) });
    }
  }
  let hours: Hours = history;
  const watched = history.open.n > 0 ? history.open.hour : Number.POSITIVE_INFINITY;
  for (const [hour, sum] of [...sums].sort(([a], [b]) => a - b)) {
    if (hour >= watched || (hours.cpu[hour - hours.first_hour] ?? null) !== null) continue;
    const mem = maxmem > 0 ? perMille(sum.mem / sum.n / maxmem) : 0;
    hours = setHour(hours, hour, { cpu: perMille(sum.cpu / sum.n), mem, iowait: 0 });
  }
  return { ...history, first_hour: hours.first_hour, cpu: hours.cpu, mem: hours.mem, iowait: hours.iowait };
}

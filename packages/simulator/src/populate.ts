import type { Description, GuestDescription, Load, PopulateDescription } from './description.ts';
import { compileLoad, scaleLoad, type TraceTable } from './load.ts';
import { hashText, shuffle, stream } from './random.ts';
import { traceNames } from './trace.ts';
import { GIB, MINUTE } from './units.ts';

type Draw = () => number;
type Draft = Omit<GuestDescription, 'node'> & { cores: number };
type Spot = {
  name: string;
  threads: number;
  room: number;
  load: number;
  assigned: number;
  memory: number;
  share: number;
};

const SIZES: [upTo: number, vcpus: number][] = [
  [0.25, 1],
  [0.6, 2],
  [0.87, 4],
  [1, 8],
];
const ROLES = [
  'web',
  'db',
  'mail',
  'files',
  'build',
  'cache',
  'queue',
  'metrics',
  'proxy',
  'git',
  'dns',
  'wiki',
  'media',
  'backup',
];

const pick = <T>(list: readonly T[], draw: Draw): T => list[Math.floor(draw() * list.length)] as T;

const MIXED: Load['kind'][] = ['steady', 'steady', 'bursty', 'growing', 'cyclical', 'cyclical'];

const drawLoad = (p: PopulateDescription, index: number, draw: Draw, rows: string[]): Load => {
  const kind = p.load === 'mixed' ? (MIXED[index % MIXED.length] as Load['kind']) : p.load;
  const level = 0.15 + 0.45 * draw() ** 1.5;
  switch (kind) {
    case 'constant':
      return { kind, level };
    case 'steady':
      return { kind, level, noise: 0.04 + 0.08 * draw() };
    case 'bursty':
      return {
        kind,
        level,
        peak: Math.min(1, level * 2.2),
        probability: 0.2,
        burst_minutes: 6 + 12 * draw(),
        noise: 0.1,
      };
    case 'growing':
      return { kind, level, growth_per_day: 0.02 + 0.08 * draw(), max: 1, noise: 0.06 };
    case 'cyclical':
      return {
        kind,
        level,
        amplitude: 0.3 + 0.3 * draw(),
        peak_hour: 9 + 8 * draw(),
        period_hours: 24,
        weekend: 0.4,
        noise: 0.06,
      };
    case 'trace': {
      const row = rows[index % rows.length] ?? '';
      return {
        kind,
        trace: p.trace ?? '',
        row,
        scale: 1,
        shift_minutes: 1440 * Math.floor(index / Math.max(1, rows.length)),
      };
    }
  }
};

const drawGuest = (
  p: PopulateDescription,
  index: number,
  draw: Draw,
  more: { rows: string[]; disks: string[] },
): Draft => {
  const size = draw();
  const vcpus = SIZES.find(([upTo]) => size < upTo)?.[1] ?? 2;
  const type = draw() < p.containers ? 'lxc' : 'qemu';
  const disks = [{ storage: more.disks[0] ?? 'local', size_gib: pick([16, 32, 64, 128], draw) }];
  if (draw() < p.local_disks && more.disks[1]) disks.push({ storage: more.disks[1], size_gib: pick([4, 8, 16], draw) });
  const level = 0.4 + 0.45 * draw();
  const load = drawLoad(p, index, draw, more.rows);
  return {
    vmid: p.first_vmid + index,
    name: `${pick(ROLES, draw)}-${String(index + 1).padStart(2, '0')}`,
    type,
    vcpus,
    memory_gib: vcpus * pick([1, 2, 2, 4], draw),
    disks,
    status: 'running',
    template: false,
    tags: [type === 'lxc' ? 'container' : 'vm', load.kind],
    load,
    memory: { level, drift: 0.03, growth_per_day: 0 },
    working_set: 0.08 + 0.12 * draw(),
    config: {},
    ha:
      draw() < p.ha
        ? { state: 'started', max_restart: 1, max_relocate: 1, failback: true, auto_rebalance: true }
        : undefined,
    cores: 0,
  };
};

const meanCores = (draft: Draft, load: Load, d: Description, traces: Record<string, TraceTable>): number => {
  const origin = Date.parse(d.start);
  const at = compileLoad(load, { key: hashText(`${d.seed}/guest/${draft.vmid}/${draft.name}`), origin, traces });
  let sum = 0;
  for (let i = 0; i < 6; i++) sum += at(origin + (5 + 10 * i) * MINUTE);
  return (draft.vcpus * sum) / 6;
};

/** Levels such that the guests together want the share of all threads that was asked for. */
const meetCpu = (
  drafts: Draft[],
  d: Description,
  p: PopulateDescription,
  traces: Record<string, TraceTable>,
): Draft[] => {
  const goal = p.cpu * d.nodes.reduce((sum, node) => sum + node.threads, 0);
  const total = (factor: number) =>
    drafts.reduce((sum, g) => sum + meanCores(g, scaleLoad(g.load, factor), d, traces), 0);
  let [low, high] = [0, 64];
  for (let i = 0; i < 24; i++) {
    const middle = (low + high) / 2;
    if (total(middle) < goal) low = middle;
    else high = middle;
  }
  return drafts.map((draft) => {
    const load = scaleLoad(draft.load, high);
    return { ...draft, load, cores: meanCores(draft, load, d, traces) };
  });
};

/** Sizes such that the guests together use the share of all memory that was asked for, in half GiB. */
const meetMemory = (drafts: Draft[], d: Description, p: PopulateDescription): Draft[] => {
  const used = drafts.reduce((sum, g) => sum + g.memory_gib * g.memory.level, 0);
  const goal = p.memory * d.nodes.reduce((sum, node) => sum + node.memory_gib, 0);
  const factor = used > 0 ? goal / used : 1;
  return drafts.map((g) => ({ ...g, memory_gib: Math.max(0.5, Math.round(g.memory_gib * factor * 2) / 2) }));
};

/** What the guests that are described one by one put on a node already. */
const described = (d: Description, node: string, traces: Record<string, TraceTable>) => {
  const there = d.guests.filter((guest) => guest.node === node && guest.status === 'running');
  return {
    load: there.reduce((sum, g) => sum + meanCores({ ...g, cores: 0 }, g.load, d, traces), 0),
    assigned: there.reduce((sum, g) => sum + g.memory_gib * GIB, 0),
    memory: there.reduce((sum, g) => sum + g.memory_gib * g.memory.level * GIB, 0),
  };
};

const spotsOf = (d: Description, p: PopulateDescription, traces: Record<string, TraceTable>): Spot[] => {
  const open = d.nodes.filter((node) => !p.except.includes(node.name));
  const hot = Math.max(1, Math.floor(open.length / 2));
  return open.map((node, index) => {
    const half = index < hot ? p.skew / hot : (1 - p.skew) / Math.max(1, open.length - hot);
    const uneven = index < hot && hot > 1 ? 1 + 0.12 * (1 - (2 * index) / (hot - 1)) : 1;
    const room = (node.memory_gib * 0.92 - node.host_memory_gib) * GIB;
    return { name: node.name, threads: node.threads, room, share: half * uneven, ...described(d, node.name, traces) };
  });
};

/** The node that is furthest below its part of the load and has the memory, or the one with most room. */
const place = (draft: Draft, spots: Spot[], layout: PopulateDescription['layout']): Spot => {
  const bytes = draft.memory_gib * draft.memory.level * GIB;
  const rank = (spot: Spot) =>
    layout === 'skewed' ? spot.load / spot.share : spot.assigned / spot.room + spot.load / spot.threads;
  const fitting = spots.filter((spot) => spot.memory + bytes <= spot.room);
  const spot =
    fitting.length > 0
      ? fitting.reduce((best, next) => (rank(next) < rank(best) ? next : best))
      : spots.reduce((best, next) => (next.room - next.memory > best.room - best.memory ? next : best));
  spot.load += draft.cores;
  spot.memory += bytes;
  spot.assigned += draft.memory_gib * GIB;
  return spot;
};

/** The guests that `populate` asks for: the same for the same seed. Loads and sizes meet its means, places its layout. */
export const populate = (d: Description, traces: Record<string, TraceTable>): GuestDescription[] => {
  const p = d.populate;
  if (!p || p.guests === 0) return [];
  const draw = stream(hashText(`populate/${p.seed}`));
  const rows = p.load === 'trace' && p.trace ? shuffle(traceNames(traces[p.trace] as TraceTable), draw) : [];
  const holding = (shared: boolean) =>
    d.storages.find((s) => s.shared === shared && s.content.includes('images'))?.name;
  const main = p.storage ?? holding(true) ?? holding(false) ?? (d.storages[0]?.name as string);
  const disks = [main, ...[holding(false)].filter((name) => name !== undefined)];
  const drafts = Array.from({ length: p.guests }, (_, index) => drawGuest(p, index, draw, { rows, disks }));
  const sized = meetMemory(meetCpu(drafts, d, p, traces), d, p);
  const spots = spotsOf(d, p, traces);
  const order = p.layout === 'skewed' ? [...sized].sort((a, b) => b.cores - a.cores || a.vmid - b.vmid) : sized;
  return order.map((draft) => {
    const { cores: _cores, ...guest } = draft;
    return { ...guest, node: place(draft, spots, p.layout).name };
  });
};

import type { Description } from './description.ts';
import { type Draft, drawGuest } from './draw-guest.ts';
import type { GuestDescription } from './guest-description.ts';
import { scaleLoad, type TraceTable } from './load.ts';
import { meanCores, place, spotsOf } from './place.ts';
import type { PopulateDescription } from './populate-description.ts';
import { hashText, shuffle, stream } from './random.ts';
import { traceNames } from './trace.ts';

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

const WEEK = 7 * 1440;
/** Minutes by which a second guest on the same row is late: a week, so that hour and weekday stay, or odd where the trace is shorter. */
const shiftOf = (table: TraceTable | undefined): number => {
  const row = table?.rows.values().next().value;
  const minutes = table && row ? (row.length * table.interval_ms) / 60_000 : 0;
  return minutes > WEEK ? WEEK : 97;
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
  const shift = shiftOf(traces[p.trace ?? '']);
  const drafts = Array.from({ length: p.guests }, (_, index) => drawGuest(p, index, draw, { rows, disks, shift }));
  const sized = meetMemory(meetCpu(drafts, d, p, traces), d, p);
  const spots = spotsOf(d, p, traces);
  const order = p.layout === 'skewed' ? [...sized].sort((a, b) => b.cores - a.cores || a.vmid - b.vmid) : sized;
  return order.map((draft) => {
    const { cores: _cores, ...guest } = draft;
    return { ...guest, node: place(draft, spots, p.layout).name };
  });
};

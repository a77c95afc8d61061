import type { Description } from './description.ts';
import type { Draft } from './draw-guest.ts';
import type { Load } from './guest-description.ts';
import { compileLoad, type TraceTable } from './load.ts';
import type { PopulateDescription } from './populate-description.ts';
import { hashText } from './random.ts';
import { GIB, MIB, MINUTE } from './units.ts';

type Spot = {
  name: string;
  threads: number;
  room: number;
  load: number;
  assigned: number;
  memory: number;
  share: number;
};

export const meanCores = (draft: Draft, load: Load, d: Description, traces: Record<string, TraceTable>): number => {
  const origin = Date.parse(d.start);
  const at = compileLoad(load, { key: hashText(`${d.seed}/guest/${draft.vmid}/${draft.name}`), origin, traces });
  let sum = 0;
  for (let i = 0; i < 6; i++) sum += at(origin + (5 + 10 * i) * MINUTE);
  return (draft.vcpus * sum) / 6;
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

export const spotsOf = (d: Description, p: PopulateDescription, traces: Record<string, TraceTable>): Spot[] => {
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
export const place = (draft: Draft, spots: Spot[], layout: PopulateDescription['layout']): Spot => {
  const bytes = draft.memory_gib * draft.memory.level * 1.06 * GIB + 96 * MIB;
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

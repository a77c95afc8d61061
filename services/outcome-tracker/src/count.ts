import type { ClusterSample, Config, GuestSample, LoadSums, WatchedMigration } from '@evenkeel/contracts';
import { millis, minutes, residentsOf } from '@evenkeel/model';
import { horizons } from './horizons.ts';
import { type Survey, type Surveyed, surveyOf } from './survey.ts';

type Pair = LoadSums['as_is'];
type Load = Pair['source'];

/** Between two windows a sample is counted so often only; the record changes no more often. */
const sparse = minutes(5);

const each = (a: Load, b: Load, make: (a: number, b: number) => number): Load => ({
  cpu: make(a.cpu, b.cpu),
  mem: make(a.mem, b.mem),
  assigned: make(a.assigned, b.assigned),
  iowait: make(a.iowait ?? 0, b.iowait ?? 0),
  pressure: make(a.pressure ?? 0, b.pressure ?? 0),
});
export const add = (a: Load, b: Load): Load => each(a, b, (x, y) => x + y);
export const less = (a: Load, b: Load): Load => each(a, b, (x, y) => Math.max(0, x - y));
const addPairs = (a: Pair, b: Pair): Pair => ({ source: add(a.source, b.source), target: add(a.target, b.target) });

/**
 * What a guest that runs on one node would be on another, or is on its own. Of IO wait and pressure it takes its part of what is read and
 * written, and of the CPU, as a prediction does; what a rise would bring is no load yet.
 */
export function shareOf(
  guest: GuestSample,
  { node: from, load, cores, io }: Surveyed,
  { node: on, usable }: Surveyed,
): Load {
  const busy = guest.cpu * guest.maxcpu;
  const speed = from.speed_factor / on.speed_factor;
  const size = (speed * from.maxcpu) / on.maxcpu;
  const part = (own: number, whole: number) => (whole > 0 ? Math.min(1, own / whole) : 0);
  return {
    cpu: (busy * speed) / on.maxcpu,
    mem: (guest.memhost ?? guest.mem) / usable,
    assigned: guest.maxmem / usable,
    iowait: (load.iowait ?? 0) * part(guest.diskread + guest.diskwrite, io) * size,
    pressure: (load.pressure ?? 0) * part(busy, cores) * size,
  };
}

/** One sample of the two nodes: as they are, and as they would be with the guest's measured load back on its source. */
export function observe(watched: WatchedMigration, sample: ClusterSample, reserves?: Config['nodes']): LoadSums | null {
  const { nodes, guests } = surveyOf(sample, reserves);
  const [from, to] = [nodes.get(watched.source_node), nodes.get(watched.target_node)];
  const guest = guests.get(watched.guest);
  if (!from || !to || !guest) return null;
  const [source, target] = [from.node, to.node];
  const as_is = { source: from.load, target: to.load };
  const stayed = {
    source: add(as_is.source, shareOf(guest, to, from)),
    target: less(as_is.target, shareOf(guest, to, to)),
  };
  const pressure = { source: source.pressure?.cpu_some ?? 0, target: target.pressure?.cpu_some ?? 0 };
  return { samples: 1, as_is, stayed, pressure };
}

export const sum = (a: LoadSums, b: LoadSums): LoadSums => ({
  samples: a.samples + b.samples,
  as_is: addPairs(a.as_is, b.as_is),
  stayed: addPairs(a.stayed, b.stayed),
  pressure: { source: a.pressure.source + b.pressure.source, target: a.pressure.target + b.pressure.target },
});

/** Counts a sample towards what was seen since the migration and towards the windows that it falls into. */
export function count(watched: WatchedMigration, sample: ClusterSample, reserves?: Config['nodes']): WatchedMigration {
  const at = millis(sample.at);
  const age = at - millis(watched.completed_at);
  if (age < 0 || (watched.counted_at && at <= millis(watched.counted_at))) return watched;
  const inside = horizons.filter(({ horizon, from, to }) => watched.open[horizon] && age >= from && age <= to);
  if (inside.length === 0 && watched.counted_at && at - millis(watched.counted_at) < sparse) return watched;
  const seen = observe(watched, sample, reserves);
  if (!seen) return watched;
  const open = { ...watched.open };
  for (const { horizon } of inside) open[horizon] = sum(open[horizon]!, seen);
  return {
    ...watched,
    open,
    so_far: sum(watched.so_far, seen),
    counted_at: sample.at,
    ...changed(watched, surveyOf(sample, reserves)),
  };
}

/** Whether others run on the target, in the hour for which it was predicted, than were counted on. */
function changed(
  { open, cpu_in_an_hour: next, target_node }: WatchedMigration,
  { nodes }: Survey,
): { target_changed?: true } {
  if (!next || !open['1h']) return {};
  const guests = [...(nodes.get(target_node)?.guests ?? [])];
  return residentsOf({ guests }, target_node) === next.target_guests ? {} : { target_changed: true };
}

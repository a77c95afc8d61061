import type { CalibrationPoint, Gain, GuestSample } from '@evenkeel/contracts';
import { chanceAbove0, z90 } from '@evenkeel/model';

/** Judged moves by which an interval becomes wider, and narrower, count against so many that held as computed. */
const prior = { wider: 20, narrower: 100 };
const leastReach = 1e-6;
const halvings = 50;

/** Share of moves that are to lie inside: that of a normal figure within `z90` deviations. */
const closerThan = (deviations: number): number => 2 * chanceAbove0(deviations, 1) - 1;
const held = closerThan(z90);

/** How far what a move brought lies from what was promised, in standard deviations of that side of the interval as it was computed. */
export function missOf({ expected, low, high, width = 1 }: Gain, actual: number): number {
  const reach = (actual < expected ? expected - low : high - expected) / width;
  return Number(((z90 * Math.abs(actual - expected)) / Math.max(leastReach, reach)).toPrecision(4));
}

type Missed = { miss: number; weight: number };

/** Below how many deviations nine in ten lie, of the moves that were judged and of those before them which held as computed. */
function reachOf(misses: readonly Missed[], before: number): number {
  const all = misses.reduce((sum, { weight }) => sum + weight, before);
  const inside = (reach: number): number =>
    misses.reduce((sum, m) => sum + (m.miss <= reach ? m.weight : 0), before * closerThan(reach));
  let [low, high] = [0, misses.reduce((most, m) => Math.max(most, m.miss), 8)];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (inside(middle) >= held * all) high = middle;
    else low = middle;
  }
  return high;
}

function widthOf(misses: readonly Missed[]): number {
  if (misses.length === 0) return 1;
  const width = reachOf(misses, prior.wider) / z90;
  return width >= 1 ? width : Math.min(1, reachOf(misses, prior.narrower) / z90);
}

type Known = Pick<GuestSample, 'guest' | 'identity'>;
type Judged = Pick<CalibrationPoint, 'miss' | 'identity'> & { guest?: string; weight: number };

/**
 * How many times wider than computed the interval of a guest's gain must be to hold nine times in ten, by how far judged moves of
 * the cluster lay from their promise, and then by how far those of the guest did; narrower only where many say so. Who had its
 * number before does not count.
 */
export function gainWidths(judged: readonly Judged[]): (guest: Known) => number {
  const known = judged
    .flatMap(({ miss, ...point }) => (miss === undefined ? [] : [{ ...point, miss }]))
    .sort((a, b) => a.miss - b.miss || a.weight - b.weight);
  const usual = widthOf(known);
  const own = new Map<string, (typeof known)[number][]>();
  for (const point of known) if (point.guest) own.set(point.guest, [...(own.get(point.guest) ?? []), point]);
  return ({ guest, identity }) => {
    const moves = own.get(guest)?.filter((m) => m.identity === undefined || m.identity === identity) ?? [];
    const width = usual * widthOf(moves.map(({ miss, weight }) => ({ miss: miss / usual, weight })));
    return Number(width.toFixed(3));
  };
}

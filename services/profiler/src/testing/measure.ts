import type { OpenHour } from '@evenkeel/contracts';
import { hourMs } from '../cell.ts';
import { coverage } from '../fold-sample.ts';
import { keepLast } from '../history.ts';
import { observe, openAt, passTime } from '../open-hour.ts';
import type { Load } from './loads.ts';
import type { Random } from './random.ts';

/** How a load is looked at. */
export type Look = {
  start: number;
  days: number;
  interval_s: number;
  /** Share of the interval by which a look comes early or late. */
  jitter: number;
  /** Share of all looks that are missing one by one, and hours of outages. */
  lost: number;
  outages: readonly { from: number; to: number }[];
  /** Standard deviation of a reading, fraction. */
  noise: number;
};

/** The closed hours that the profiler keeps of a load. */
export function measure(load: Load, look: Look, random: Random): { cells: string; end: number } {
  const stop = look.start + look.days * 24 * hourMs;
  let open: OpenHour = openAt('it', look.start);
  let last: { at: number; gap: number } | undefined;
  for (let tick = look.start; tick < stop; tick += look.interval_s * 1000) {
    const at = Math.round(tick + random.between(0, look.jitter) * look.interval_s * 1000);
    if (random.between(0, 1) < look.lost) continue;
    if (look.outages.some(({ from, to }) => at >= from && at < to)) continue;
    const cpu = Math.max(0, load(at) + look.noise * random.normal());
    const gap = last ? at - last.at : 0;
    const from = at - (last ? coverage(gap, last.gap) : 10_000);
    open = observe(open, { from, to: at, cpu, mem: 2 ** 30 });
    last = { at, gap };
  }
  open = passTime(open, stop);
  return { cells: keepLast(open[8]), end: open[1] };
}

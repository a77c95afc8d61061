import type { WeeklyPeak } from '@evenkeel/contracts';
import { encodeWeekHours, leastDailySpread, mean, quantile, type Series } from '@evenkeel/model';
import type { LocalHours } from './local-hours.ts';
import { significant } from './rounding.ts';

/** Hours of a week whose mean is its top: one alone may be high by chance. */
const topHours = 4;
/** From so much of the way from low to top on, an hour is high. */
const leastOfTop = 0.75;

/** When in the week, by the cluster's clock, a guest is high and how high; undefined where nothing stands out by as much as a peak of a day must. */
export function weeklyPeak(cpu: Series, end: number, local: LocalHours): WeeklyPeak | undefined {
  const week = meansOfWeek(cpu, end, local);
  const seen = week.filter((value) => !Number.isNaN(value)).sort();
  const low = quantile(seen, 0.1);
  const top = mean(seen.subarray(-topHours));
  if (!(top - low >= leastDailySpread)) return undefined;
  const isHigh = (value: number | undefined): boolean => value !== undefined && value >= low + leastOfTop * (top - low);
  return {
    hours: encodeWeekHours((hour) => isHigh(week[hour])),
    cpu: significant(mean(seen.filter(isHigh)), 2),
    otherwise: significant(mean(seen.filter((value) => !isHigh(value))), 2),
  };
}

/** Means by local hour of the week, Monday 00:00 first; NaN where unseen. */
function meansOfWeek(cpu: Series, end: number, local: LocalHours): Float64Array {
  const sums = new Float64Array(168);
  const counts = new Float64Array(168);
  const offset = (end - local.first) * 6 - cpu.length;
  for (let i = 0; i < cpu.length; i++) {
    const value = cpu[i] as number;
    if (Number.isNaN(value)) continue;
    const hour = local.hours[offset + i] as number;
    sums[hour]! += value;
    counts[hour]! += 1;
  }
  return sums.map((sum, hour) => sum / counts[hour]!);
}

import type { MetricStatistics } from '@evenkeel/contracts';
import { deviation, known, mean, quantile, type Series } from '@evenkeel/model';
import { cpuOfCode, unseen } from './cell.ts';

/** Statistics of all values of a metric, without its windows. */
export type Overall = Omit<MetricStatistics, 'hour' | 'day' | 'week'>;

/** Statistics of a series; NaN where nothing was seen. */
export function overall(series: Series): Overall {
  const values = known(series);
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max, mean: mean(values), p95: quantile(values, 0.95), sd: deviation(values) };
}

/** The same of CPU codes, exactly, but by counting how often each occurs. */
export function overallOfCodes(codes: Uint8Array): Overall {
  const counts = new Uint32Array(256);
  let [low, high] = [unseen, 0];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    counts[code]!++;
    if (code < low) low = code;
    if (code > high && code < unseen) high = code;
  }
  const total = codes.length - (counts[unseen] as number);
  const middle = weigh(counts, low, high, 0, 1) / total;
  return {
    min: cpuOfCode[low] as number,
    max: cpuOfCode[Math.max(low, high)] as number,
    mean: middle,
    p95: cpuOfCode[rankedCode(counts, low, Math.ceil(0.95 * total))] as number,
    sd: Math.sqrt(weigh(counts, low, high, middle, 2) / total),
  };
}

/** Sum over all values of their distance from the middle, to the first or second power. */
function weigh(counts: Uint32Array, low: number, high: number, middle: number, power: 1 | 2): number {
  let sum = 0;
  for (let code = low; code <= high && code < unseen; code++) {
    const distance = (cpuOfCode[code] as number) - middle;
    sum += (counts[code] as number) * (power === 1 ? distance : distance * distance);
  }
  return sum;
}

/** Code of the rank-th smallest value, none of which is below `low`. */
function rankedCode(counts: Uint32Array, low: number, rank: number): number {
  let below = 0;
  for (let code = low; code < unseen; code++) {
    below += counts[code] as number;
    if (below >= rank) return code;
  }
  return unseen;
}

/** Means of the last day and week of a series, where they hold anything. */
export function lastDayAndWeek(series: Series, stepsPerHour: number): Pick<MetricStatistics, 'day' | 'week'> {
  const day = mean(series.subarray(-24 * stepsPerHour));
  const week = series.length > 24 * stepsPerHour ? mean(series.subarray(-168 * stepsPerHour)) : day;
  return { ...(Number.isNaN(day) ? {} : { day }), ...(Number.isNaN(week) ? {} : { week }) };
}

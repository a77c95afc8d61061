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
  for (const code of codes) counts[code] = (counts[code] as number) + 1;
  counts[unseen] = 0;
  let [total, sum] = [0, 0];
  for (let code = 0; code < unseen; code++) {
    const count = counts[code] as number;
    total += count;
    sum += count * (cpuOfCode[code] as number);
  }
  const middle = sum / total;
  let squares = 0;
  for (let code = 0; code < unseen; code++)
    squares += (counts[code] as number) * ((cpuOfCode[code] as number) - middle) ** 2;
  return {
    min: cpuOfCode[rankedCode(counts, 1)] as number,
    max: cpuOfCode[rankedCode(counts, total)] as number,
    mean: middle,
    p95: cpuOfCode[rankedCode(counts, Math.ceil(0.95 * total))] as number,
    sd: Math.sqrt(squares / total),
  };
}

/** Code of the rank-th smallest value. */
function rankedCode(counts: Uint32Array, rank: number): number {
  let below = 0;
  for (let code = 0; code < unseen; code++) {
    below += counts[code] as number;
    if (below >= rank && below > 0) return code;
  }
  return unseen;
}

/** Means of the last day and week of a series, where they hold anything. */
export function lastDayAndWeek(series: Series, stepsPerHour: number): Pick<MetricStatistics, 'day' | 'week'> {
  const day = mean(series.subarray(-24 * stepsPerHour));
  const week = mean(series.subarray(-168 * stepsPerHour));
  return { ...(Number.isNaN(day) ? {} : { day }), ...(Number.isNaN(week) ? {} : { week }) };
}

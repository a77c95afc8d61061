import type { Baseline, DailyPattern, NodeHistory } from '@evenkeel/contracts';
import { leastDailySpread, localHour } from '@evenkeel/model';
import { startOf } from './start-of.ts';

const daysFounded = 5;
/** Days that every hour must have been seen on before it counts as a peak or as none. */
export const patternDays = 3;
const leastSd = 0.02;

export type HourStatistics = { days: number; cpu_mean: number; cpu_sd: number; mem_mean: number; mem_sd: number };

const moments = (values: readonly number[]): { mean: number; sd: number } => {
  const mean = values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / Math.max(1, values.length - 1)) };
};

/** Local hour of an entry; counted on from the first one unless the clocks were changed meanwhile. */
function hourReader(history: NodeHistory, timezone: string): (i: number) => number {
  const read = (i: number) => localHour(startOf(history, i, timezone), timezone);
  const [first, last] = [read(0), history.cpu.length - 1];
  return (first + last) % 24 === read(last) ? (i) => (first + i) % 24 : read;
}

/** Mean and deviation of each hour of the day in the cluster's time zone, over the days that are remembered. */
export function learnHours(history: NodeHistory, timezone: string): HourStatistics[] {
  const cpu: number[][] = Array.from({ length: 24 }, () => []);
  const mem: number[][] = Array.from({ length: 24 }, () => []);
  const hourOf = hourReader(history, timezone);
  history.cpu.forEach((value, i) => {
    if (value === null) return;
    const hour = hourOf(i);
    cpu[hour]!.push(value / 1000);
    mem[hour]!.push((history.mem[i] ?? 0) / 1000);
  });
  return cpu.map((values, hour) => {
    const [c, m] = [moments(values), moments(mem[hour]!)];
    return { days: values.length, cpu_mean: c.mean, cpu_sd: c.sd, mem_mean: m.mean, mem_sd: m.sd };
  });
}

const sigma = (value: number, mean: number, sd: number): number => (value - mean) / Math.max(leastSd, sd);

/** A reading held against what is usual for its hour. */
export function baseline(hours: readonly HourStatistics[], hour: number, cpu: number, mem: number): Baseline {
  const usual = hours[hour]!;
  return {
    ...usual,
    founded: usual.days >= daysFounded,
    cpu_sigma: sigma(cpu, usual.cpu_mean, usual.cpu_sd),
    mem_sigma: sigma(mem, usual.mem_mean, usual.mem_sd),
  };
}

/** The hours of the day that are a node's learned peak: clearly above its mean, and by more than the days differ among themselves. */
export function dailyPattern(hours: readonly HourStatistics[], hour: number): DailyPattern {
  const days = Math.min(...hours.map((h) => h.days));
  const means = hours.map((h) => h.cpu_mean);
  const mean = means.reduce((sum, m) => sum + m, 0) / 24;
  const spread = Math.max(...means) - Math.min(...means);
  const limit = mean + Math.max(leastDailySpread / 2, (Math.max(...means) - mean) / 2);
  const clear = (h: HourStatistics) => h.cpu_mean >= limit && h.cpu_mean - mean > h.cpu_sd;
  const founded = days >= patternDays && spread >= leastDailySpread;
  const peak_hours = founded ? hours.flatMap((h, i) => (clear(h) ? [i] : [])) : [];
  return { peak_hours, in_peak: peak_hours.includes(hour), spread, days };
}

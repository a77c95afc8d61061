import type { GuestProfile, MetricStatistics } from '@evenkeel/contracts';
import type { Series } from '@evenkeel/model';
import { classify } from './classify.ts';
import { hourlyMeans } from './hourly-means.ts';
import type { LocalHours } from './local-hours.ts';
import { metricStatistics } from './metric-statistics.ts';
import { readHistory } from './read-history.ts';
import { trendOf } from './trend.ts';

const mib = 1_048_576;

export type Conclusion = Omit<GuestProfile, 'guest'>;

/** Everything that the hours of a guest say about it; undefined where nothing was seen. */
export function conclude(cells: string, end: number, local: LocalHours): Conclusion | undefined {
  const history = readHistory(cells, end);
  const cpu = metricStatistics(history.cpu, 6);
  const mem = metricStatistics(history.mem, 1);
  if (!cpu || !mem) return undefined;
  const { behavior, confidence, season, trend, residual_sd } = classify(history);
  const hourly = hourlyMeans(history.cpu, end, local);
  return {
    behavior,
    confidence: rounded(confidence, 2),
    samples: history.samples,
    window_hours: history.hourly.length,
    cpu: roundedEach(cpu, (value) => rounded(value, 4)),
    mem: roundedEach(mem, (value) => Math.round(value * mib)),
    cpu_growth_per_day: rounded(trend.per_hour * 2400, 2),
    mem_growth_per_day: Math.round(memoryTrend(history.mem) * 24 * mib),
    ...(season ? { period_hours: season.period_hours } : {}),
    ...(hourly ? { hourly_cpu: hourly.map((value) => rounded(value, 3)) } : {}),
    residual_sd: rounded(residual_sd, 4),
  };
}

const memoryTrend = (mem: Series): number => trendOf(mem).per_hour;

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

const roundedEach = (statistics: MetricStatistics, round: (value: number) => number): MetricStatistics => {
  const { day, week } = statistics;
  return {
    min: round(statistics.min),
    max: round(statistics.max),
    mean: round(statistics.mean),
    p95: round(statistics.p95),
    sd: round(statistics.sd),
    ...(day === undefined ? {} : { day: round(day) }),
    ...(week === undefined ? {} : { week: round(week) }),
  };
};

import type { MetricStatistics } from '@evenkeel/contracts';

/** A number with so many significant digits: a profile says no more than its history knows, and thousands of them travel in one event. */
export const significant = (value: number, digits: number): number => Number(value.toPrecision(digits));

/** Statistics with so many significant digits each. */
export function significantEach(statistics: MetricStatistics, digits: number): MetricStatistics {
  const { hour, day, week } = statistics;
  return {
    min: significant(statistics.min, digits),
    max: significant(statistics.max, digits),
    mean: significant(statistics.mean, digits),
    p95: significant(statistics.p95, digits),
    sd: significant(statistics.sd, digits),
    ...(hour === undefined ? {} : { hour: significant(hour, digits) }),
    ...(day === undefined ? {} : { day: significant(day, digits) }),
    ...(week === undefined ? {} : { week: significant(week, digits) }),
  };
}

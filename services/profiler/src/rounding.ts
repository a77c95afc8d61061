import type { MetricStatistics } from '@evenkeel/contracts';

/** A number with so many significant digits: a profile says no more than its history knows, and thousands of them travel in one event. */
export function significant(value: number, digits: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const places = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  if (places > 22 || places < -22) return Number(value.toPrecision(digits));
  const power = 10 ** Math.abs(places);
  return places < 0 ? Math.round(value / power) * power : Math.round(value * power) / power;
}

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

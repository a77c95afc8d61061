import type { MetricStatistics } from '@evenkeel/contracts';
import { deviation, known, mean, quantile, type Series } from '@evenkeel/model';

/** Statistics of equal steps, with the means of the last day and week where they hold anything; undefined where nothing was seen. */
export function metricStatistics(series: Series, stepsPerHour: number): MetricStatistics | undefined {
  const values = known(series);
  if (values.length === 0) return undefined;
  const day = mean(series.slice(-24 * stepsPerHour));
  const week = mean(series.slice(-168 * stepsPerHour));
  return {
    min: values.reduce((a, b) => Math.min(a, b)),
    max: values.reduce((a, b) => Math.max(a, b)),
    mean: mean(values),
    p95: quantile(values, 0.95),
    sd: deviation(values),
    ...(Number.isNaN(day) ? {} : { day }),
    ...(Number.isNaN(week) ? {} : { week }),
  };
}

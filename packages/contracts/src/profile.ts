import { z } from 'zod';
import { GuestId } from './cluster.ts';

export const Behavior = z.enum(['steady', 'bursty', 'growing', 'cyclical', 'unknown']);

/** Statistics of one metric over the collection window; CPU in fractions of the guest's vCPUs, memory in bytes. */
export const MetricStatistics = z.object({
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  p95: z.number(),
  sd: z.number(),
  /** Means of the last hour, day and week; absent where there is no data. */
  hour: z.number().optional(),
  day: z.number().optional(),
  week: z.number().optional(),
});

/** When in the week a guest is high, and how high; CPU in fractions of its vCPUs. */
export const WeeklyPeak = z.object({
  /** Hours of the week in the cluster's time zone, Monday 00:00 first: 42 hexadecimal digits, four hours each, the first of them its lowest bit. */
  hours: z.string().regex(/^[0-9a-f]{42}$/),
  /** Expected CPU in these hours, and in the others. */
  cpu: z.number(),
  otherwise: z.number(),
});

export const GuestProfile = z.object({
  guest: GuestId,
  behavior: Behavior,
  /** 0..1. */
  confidence: z.number(),
  samples: z.number().int(),
  window_hours: z.number(),
  cpu: MetricStatistics,
  mem: MetricStatistics,
  /** Points (percent of its vCPUs) or bytes a day; significant trends only, else 0. */
  cpu_growth_per_day: z.number(),
  mem_growth_per_day: z.number(),
  /** 24 or 168 where a period explains the series. */
  period_hours: z.number().optional(),
  /** Expected CPU by hour of the day in the cluster's time zone, 24 values; where at least a day was seen. */
  hourly_cpu: z.array(z.number()).optional(),
  /** Where its period is a week: two weeks have shown when it is high. */
  weekly_peak: WeeklyPeak.optional(),
  /** Standard deviation of what the profile leaves unexplained, fraction of its vCPUs. */
  residual_sd: z.number(),
});

/** One schema for all events that carry them: what passed it once need not pass again. */
export const GuestProfiles = z.array(GuestProfile);

export type Behavior = z.output<typeof Behavior>;
export type WeeklyPeak = z.output<typeof WeeklyPeak>;
export type MetricStatistics = z.output<typeof MetricStatistics>;
export type GuestProfile = z.output<typeof GuestProfile>;

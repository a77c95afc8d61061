import { z } from 'zod';

/** One named part of a node's penalty. */
export const ScorePart = z.object({
  part: z.string(),
  /** What it was computed from, in the part's own unit. */
  value: z.number(),
  points: z.number(),
});

export const Trend = z.object({
  /** Change of the node's CPU per hour, fraction of its threads. */
  cpu_per_hour: z.number(),
  mem_per_hour: z.number(),
  direction: z.enum(['rising', 'falling', 'flat', 'unknown']),
  /** Expected CPU in an hour, fraction. */
  cpu_in_one_hour: z.number(),
  samples: z.number().int(),
});

export const Baseline = z.object({
  /** Days of history behind this hour of the day. */
  days: z.number(),
  founded: z.boolean(),
  cpu_mean: z.number(),
  cpu_sd: z.number(),
  mem_mean: z.number(),
  mem_sd: z.number(),
  /** Deviation of the reading now, in standard deviations. */
  cpu_sigma: z.number(),
  mem_sigma: z.number(),
});

export const DailyPattern = z.object({
  /** Hours of the day (cluster's time zone) that are the node's learned peak; where `weekday` is set, of that day only. */
  peak_hours: z.array(z.number().int()),
  /** Whether this hour is one of them, with the guests that are there now. */
  in_peak: z.boolean(),
  /** Highest less lowest hourly mean, fraction. */
  spread: z.number(),
  days: z.number(),
  /** 0 (Monday) to 6, where two weeks have shown that weekdays differ. */
  weekday: z.number().int().optional(),
  /** Set where it is the peak of guests that have come since, by their own rhythms. */
  expected: z.literal(true).optional(),
});

export const NodeScore = z.object({
  node: z.string(),
  /** 0 idle … 100 saturated, above 100 beyond. */
  penalty: z.number(),
  /** 0..100, derived from the penalty: 100 is best. */
  suitability: z.number(),
  parts: z.array(ScorePart),
  /** Loads that the penalty was computed from: now, 24 h and 7 d blended by the configured weights; fractions. */
  cpu: z.number(),
  mem: z.number(),
  iowait: z.number().optional(),
  /** Expected penalty by hour of the day, 24 values, where its guests have a rhythm. */
  hourly_penalty: z.array(z.number()).optional(),
  trend: Trend,
  baseline: Baseline.optional(),
  pattern: DailyPattern.optional(),
  /** Which of `cpu`, `mem`, `iowait` are over their threshold, after the seasonal baseline had its say. */
  exceeded: z.array(z.enum(['cpu', 'mem', 'iowait'])),
  /** What the seasonal baseline said, where it is on. */
  seasonal_note: z.string().optional(),
});

/** One schema for all events that carry them, as `GuestProfiles`. */
export const NodeScores = z.array(NodeScore);

export const Convergence = z.object({
  spread: z.number(),
  threshold: z.number(),
  converged: z.boolean(),
  reason: z.string(),
});

export type ScorePart = z.output<typeof ScorePart>;
export type Trend = z.output<typeof Trend>;
export type Baseline = z.output<typeof Baseline>;
export type DailyPattern = z.output<typeof DailyPattern>;
export type NodeScore = z.output<typeof NodeScore>;
export type Convergence = z.output<typeof Convergence>;

import { z } from 'zod';
import { defineRecord } from '../define.ts';
import { OutcomeVerdict } from '../migration.ts';

/** Weighted sums over finished transfers; see the cost model. */
export const PathSums = z.object({
  n: z.number(),
  gib: z.number(),
  seconds: z.number(),
  gib2: z.number(),
  gib_seconds: z.number(),
  error2: z.number(),
  downtime_seconds: z.number(),
  downtimes: z.number(),
});

/** One judged migration: epoch seconds, and what it says about confidence, its guest and its pair of nodes. */
export const CalibrationPoint = z.object({
  id: z.string(),
  at: z.number(),
  guest: z.string(),
  /** Of the guest that was moved; absent in what was judged before this was kept. */
  identity: z.string().optional(),
  source: z.string(),
  target: z.string(),
  /** Chance of a benefit before calibration, 0..1, if things stay as they are now. */
  raw: z.number(),
  /** The same if all goes back to what is usual; absent where both are one. */
  usual: z.number().optional(),
  verdict: OutcomeVerdict,
  /** Penalty points that it brought; absent in what was judged before this was kept. */
  gain: z.number().optional(),
  /** How far that lay from what was promised, in standard deviations as they were computed; absent in what was judged before this was kept. */
  miss: z.number().optional(),
});

/** How well nodes are forecast: what one forecast said and what came of it so far, and how far the ones before it were off. */
export const ForecastMemory = z.object({
  /** Epoch seconds. */
  at: z.number(),
  /** By node: expected CPU and its standard deviation, the guests that it was made for, and the readings since. */
  nodes: z.record(
    z.string(),
    z.object({ expected: z.number(), sd: z.number(), guests: z.number(), seen: z.number().int(), sum: z.number() }),
  ),
  /** Absolute errors in standard deviations, the oldest first. */
  misses: z.array(z.number()),
});

/** One judged move that was held back: it says something about confidence, and nothing about its guest. */
export const HeldPoint = CalibrationPoint.pick({
  id: true,
  at: true,
  raw: true,
  usual: true,
  verdict: true,
  gain: true,
  miss: true,
});

/** What the recommender learned from its moves and from those that Proxmox remembers. */
export const RecommenderMemory = z.object({
  /** Latest judgement of each migration, the oldest first. */
  judged: z.array(CalibrationPoint),
  /** Latest judgement of each move that was held back, the oldest first. */
  held: z.array(HeldPoint).optional(),
  /**
   * Transfers by path (`source>target`), and of all paths together under `*`, with the time of the last one; under `*restart>target`
   * and `*restart` the same of containers, whose seconds are those for which they were away.
   */
  paths: z.record(z.string(), z.object({ at: z.number(), sums: PathSums })),
  /** Guest and target of the last run's recommendations: of two moves that are worth the same, the one said before stands. */
  last_run: z.record(z.string(), z.string()),
  forecasts: ForecastMemory.optional(),
});

export const recommenderMemory = defineRecord({
  name: 'recommender_memory',
  owner: 'recommender',
  summary:
    'Judged moves for the calibration of confidence, transfers for the cost model, what the last run recommended, and how well nodes are forecast.',
  data: RecommenderMemory,
  budget_bytes: 163_840,
});

export type CalibrationPoint = z.output<typeof CalibrationPoint>;
export type HeldPoint = z.output<typeof HeldPoint>;
export type RecommenderMemory = z.output<typeof RecommenderMemory>;
export type ForecastMemory = z.output<typeof ForecastMemory>;

import type { DailyPattern } from '@evenkeel/contracts';
import { leastDailySpread } from '@evenkeel/model';
import { type HourStatistics, patternDays } from './learn-hours.ts';

/** Shares of what an hour usually adds: its guests of now are expected to add so much, or the node stands so far above its mean. */
const [leastExpected, leastSeen] = [0.25, 0.5];

/** A node now: the hour of the day, its CPU as measured or expected, whichever is more, and what each hour adds with the guests that it has. */
export type NodeNow = { hour: number; cpu: number; rises: readonly number[] | undefined };

/**
 * A learned peak as far as it speaks of the guests of now: none where those that made it are gone, and theirs where they bring one with
 * them that the node's own hours do not show yet.
 */
export function peakOfNow(learned: DailyPattern, hours: readonly HourStatistics[], now: NodeNow): DailyPattern {
  const mean = hours.reduce((sum, h) => sum + h.cpu_mean, 0) / hours.length;
  const usual = hours[now.hour]!.cpu_mean - mean;
  const expected = now.rises?.[now.hour] ?? 0;
  if (learned.in_peak) {
    const isBorneOut = expected >= leastExpected * usual || now.cpu - mean >= leastSeen * usual;
    return isBorneOut ? learned : { ...learned, in_peak: false };
  }
  const isNew = learned.days >= patternDays && expected - usual >= leastDailySpread;
  return isNew && now.rises ? (broughtPeak(learned, now.rises, now.hour) ?? learned) : learned;
}

/** The peak that guests brought with them, if this hour is in it. */
function broughtPeak(learned: DailyPattern, rises: readonly number[], hour: number): DailyPattern | undefined {
  const top = Math.max(...rises);
  const spread = top - Math.min(...rises);
  const limit = Math.max(leastDailySpread, top) / 2;
  if (spread < leastDailySpread || rises[hour]! < limit) return undefined;
  const peak_hours = rises.flatMap((rise, h) => (rise >= limit ? [h] : []));
  return { ...learned, peak_hours, in_peak: true, spread, expected: true };
}

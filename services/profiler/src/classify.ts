import type { Behavior } from '@evenkeel/contracts';
import { deviation, known, mean, movingMean, quantile, robustDeviation, type Series } from '@evenkeel/model';
import type { History } from './read-history.ts';
import { findSeason, leastStrength, type Season } from './season.ts';
import { type Trend, trendOf } from './trend.ts';

export type Classification = {
  behavior: Behavior;
  confidence: number;
  season: Season | undefined;
  trend: Trend;
  /** Standard deviation of CPU around what the behaviour says. */
  residual_sd: number;
};

const leastHours = 24;
/** 5 points in 48 hours. */
const leastGrowth = 0.05 / 48;
const leastBurst = 0.05;

/**
 * How a guest behaves, the first that fits: cyclical (unless it grows more in two days than its cycle swings), growing,
 * bursty, steady; `unknown` where less than a day was seen.
 */
export function classify(history: History): Classification {
  const { daily, found } = findSeason(history.hourly);
  const trend = trendOf(daily.strength > 0 ? without(history.hourly, daily) : history.hourly);
  const burst = burstiness(history.cpu);
  const behavior = choose(history, found, trend, burst);
  const margins = {
    cyclical: found ? (found.strength - leastStrength(found.periods)) / (1 - leastStrength(found.periods)) : 0,
    growing: Math.min(1, trend.per_hour / leastGrowth / 2 - 0.25),
    bursty: Math.min(1, burst - 0.5),
    steady: Math.min(1, 1.2 - burst),
    unknown: 0,
  };
  return {
    behavior,
    confidence: behavior === 'unknown' ? 0 : support(history.seen_hours) * (0.6 + 0.4 * clamp(margins[behavior])),
    season: behavior === 'cyclical' ? found : undefined,
    trend,
    residual_sd: residual(history, behavior, found, trend),
  };
}

function choose(history: History, season: Season | undefined, trend: Trend, burst: number): Behavior {
  if (history.seen_hours < leastHours) return 'unknown';
  const grows = trend.per_hour >= leastGrowth;
  if (season && !(grows && season.swing < 48 * trend.per_hour)) return 'cyclical';
  if (grows) return 'growing';
  return burst >= 1 ? 'bursty' : 'steady';
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** What so many hours are worth: half a day little, a week nearly all. */
const support = (hours: number): number => clamp(Math.sqrt(hours / 168));

/** 1 or more where bursts stand out: the p95 against twice the mean, or the robust variation against half of it, both around the level of the day. */
export function burstiness(cpu: Series): number {
  const middle = mean(cpu);
  const level = movingMean(cpu, 144);
  const around = known(cpu.map((value, i) => value - (level[i] as number)));
  const p95 = quantile(cpu, 0.95);
  const high = quantile(around, 0.95);
  const spread = robustDeviation(around);
  const peaks = Math.min(p95 / (2 * middle), high / (0.5 * middle), (p95 - middle) / leastBurst);
  const variation = Math.min(spread / (0.5 * middle), spread / leastBurst);
  return middle > 0 ? Math.max(peaks, variation) : 0;
}

/** A series of hours without its season. */
function without(hourly: Series, season: Season): Series {
  return hourly.map((value, i) => value - (season.shape[(hourly.length - 1 - i) % season.shape.length] as number));
}

function residual(history: History, behavior: Behavior, season: Season | undefined, trend: Trend): number {
  const { cpu } = history;
  const hours = history.hourly.length;
  if (behavior === 'cyclical' && season) {
    const shape = season.shape;
    return deviation(cpu.map((value, i) => value - (shape[(hours - 1 - Math.floor(i / 6)) % shape.length] as number)));
  }
  if (behavior === 'growing') return deviation(cpu.slice(-168 * 6).map((value, i) => value - (trend.per_hour * i) / 6));
  return deviation(cpu);
}

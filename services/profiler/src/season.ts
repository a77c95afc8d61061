import { autocorrelation, mean, median, minus, movingMean, type Series } from '@evenkeel/model';

/** A period that may explain a series of hours. */
export type Season = {
  period_hours: number;
  /** Share 0..1 of the variation within a period that the other periods foretell (leave-one-out); 0 or less where they do not. */
  strength: number;
  /** Correlation with itself a period later. */
  autocorrelation: number;
  /** Highest less lowest hour of the period. */
  swing: number;
  /** Periods from the first hour to the last, and how many of them were seen. */
  span: number;
  periods: number;
  /** What each hour adds, by hours before the end modulo the period; 0 where unseen. */
  shape: Series;
};

/** A series without the slope by which each period lies above the one before, and without its mean. */
function levelled(hourly: Series, period: number): Series {
  const rises = hourly.map((value, i) => (hourly[i + period] ?? Number.NaN) - value);
  const slope = (median(rises) || 0) / period;
  const level = hourly.map((value, i) => value - slope * i);
  const middle = mean(level);
  return level.map((value) => value - middle);
}

/** A levelled series without what changes more slowly than a day. */
function flatten(hourly: Series): Series {
  const level = levelled(hourly, 24);
  return minus(level, movingMean(level, 24));
}

/** How far a period explains a series of mean 0. */
function seasonOf(flat: Series, period: number): Season {
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  const n = flat.length;
  let seen = 0;
  for (let i = 0; i < n; i++) {
    const value = flat[i] as number;
    if (Number.isNaN(value)) continue;
    const phase = (n - 1 - i) % period;
    sums[phase] = (sums[phase] as number) + value;
    counts[phase] = (counts[phase] as number) + 1;
    seen++;
  }
  const shape = sums.map((sum, phase) => ((counts[phase] as number) > 0 ? sum / (counts[phase] as number) : 0));
  return {
    period_hours: period,
    strength: foretold(flat, sums, counts),
    autocorrelation: autocorrelation(flat, period),
    swing: Math.max(...shape) - Math.min(...shape),
    span: n / period,
    periods: seen / period,
    shape,
  };
}

function foretold(flat: Series, sums: Series, counts: Series): number {
  const n = flat.length;
  let [missed, total] = [0, 0];
  for (let i = 0; i < n; i++) {
    const value = flat[i] as number;
    const phase = (n - 1 - i) % sums.length;
    const others = (counts[phase] as number) - 1;
    if (Number.isNaN(value) || others < 1) continue;
    missed += (value - ((sums[phase] as number) - value) / others) ** 2;
    total += value * value;
  }
  return total > 0 ? 1 - missed / total : 0;
}

const leastSwing = 0.04;
const leastAutocorrelation = 0.25;

/** Strength that a period must show: the fewer periods were seen, the easier chance repeats itself. */
export const leastStrength = (periods: number): number => 0.3 + 0.35 / Math.max(1, Math.round(periods) - 1);

/** Two whole periods, but for an hour that was begun. */
const leastSpan = 1.97;
const roughDays = 3.75;
const holds = (hourly: Series, periods: number, hours: number): boolean => hourly.length / hours >= periods;

/** Whether a period explains the series, over at least two whole periods. */
const explains = (season: Season): boolean =>
  season.span >= leastSpan &&
  season.periods >= 1.75 &&
  season.swing >= leastSwing &&
  season.autocorrelation >= leastAutocorrelation &&
  season.strength >= leastStrength(season.periods);

/** The daily or weekly period that explains a series of hours, if one does; nothing is spent on what is too short to repeat itself. */
export function findSeason(hourly: Series): { daily: Season | undefined; found: Season | undefined } {
  if (!holds(hourly, leastSpan, 24)) return { daily: undefined, found: undefined };
  const flat = flatten(hourly);
  const daily = seasonOf(flat, 24);
  const weekly = holds(hourly, leastSpan, 168) ? seasonOf(levelled(hourly, 168), 168) : undefined;
  const byDay = explains(daily) || repeatsRoughly(flat) ? daily : undefined;
  const byWeek = weekly && explains(weekly) && recurs(hourly) ? weekly : undefined;
  if (byDay && byWeek) return { daily, found: byWeek.strength > byDay.strength + 0.2 ? byWeek : byDay };
  return { daily, found: byDay ?? byWeek };
}

/** Whether a day repeats once it is blurred over five hours, for jobs that begin now earlier, now later; blurred chance repeats itself too, so four days are needed. */
function repeatsRoughly(flat: Series): boolean {
  if (!holds(flat, roughDays, 24)) return false;
  const blurred = seasonOf(movingMean(flat, 5), 24);
  return blurred.periods >= roughDays && explains(blurred);
}

/** A series of hours without what a day adds, where that is more than chance. */
export function withoutDaily(hourly: Series, daily = seasonOf(flatten(hourly), 24)): Series {
  if (daily.strength <= 0) return hourly;
  const last = hourly.length - 1;
  return hourly.map((value, i) => value - (daily.shape[(last - i) % 24] as number));
}

/** Whether a week changes when the week before did: levels of random walks resemble each other by chance, their steps do not. */
function recurs(hourly: Series): boolean {
  const smooth = movingMean(hourly, 6);
  const steps = smooth.map((value, i) => (i >= 12 ? value - (smooth[i - 12] as number) : Number.NaN));
  return autocorrelation(steps, 168) >= 0.4;
}

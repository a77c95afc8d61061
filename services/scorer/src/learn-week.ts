import type { DailyPattern, NodeHistory } from '@evenkeel/contracts';
import { leastDailySpread, localWeekHour } from '@evenkeel/model';
import { startOf } from './start-of.ts';

const weekHours = 168;
/** How alike two weeks must be, once the usual course of a day is taken out, before weekdays count as different. */
const leastLikeness = 0.5;
const leastPairs = 150;

/** Local hour of the week of an entry, Monday 00:00 first; counted on from the first one unless the clocks were changed meanwhile. */
function weekHourReader(history: NodeHistory, timezone: string): (i: number) => number {
  const read = (i: number) => localWeekHour(startOf(history, i, timezone), timezone);
  const [first, last] = [read(0), history.cpu.length - 1];
  return (first + last) % weekHours === read(last) ? (i) => (first + i) % weekHours : read;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);

/** Correlation of two weeks, 0 where either does not vary. */
function correlation(pairs: readonly (readonly number[])[]): number {
  const [a, b] = [meanOf(pairs.map(([x]) => x!)), meanOf(pairs.map(([, y]) => y!))];
  const sum = (f: (x: number, y: number) => number) => pairs.reduce((total, [x, y]) => total + f(x! - a, y! - b), 0);
  const scale = Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y));
  return scale > 0 ? sum((x, y) => x * y) / scale : 0;
}

/** CPU by hour of the week: one value for each week that saw it. */
function cellsOf(history: NodeHistory, timezone: string): number[][] {
  const cells: number[][] = Array.from({ length: weekHours }, () => []);
  const cellOf = weekHourReader(history, timezone);
  history.cpu.forEach((value, i) => {
    if (value !== null) cells[cellOf(i)]!.push(value / 1000);
  });
  return cells;
}

/** Whether two weeks show the same differences between weekdays: what is left once each hour's daily mean is taken out. */
function weekdaysDiffer(cells: readonly number[][]): boolean {
  const daily = Array.from({ length: 24 }, (_, hour) => meanOf(cells.filter((_, i) => i % 24 === hour).flat()));
  const pairs = cells.flatMap((values, i) =>
    values.length > 1 ? [values.slice(-2).map((v) => v - daily[i % 24]!)] : [],
  );
  return pairs.length >= leastPairs && correlation(pairs) >= leastLikeness;
}

/**
 * The hours of this weekday that are a node's learned peak: high in every week that saw them, by what two weeks showed at their highest.
 * Undefined where less than two weeks are remembered, or where they do not show that weekdays differ: then a day is like any other.
 */
export function weeklyPattern(history: NodeHistory, timezone: string, weekHour: number): DailyPattern | undefined {
  if (history.cpu.length < 2 * weekHours - 24) return undefined;
  const cells = cellsOf(history, timezone);
  if (!weekdaysDiffer(cells)) return undefined;
  const usual = cells.map((values) => (values.length > 0 ? Math.min(...values) : 0));
  const mean = meanOf(cells.flat());
  const top = Math.max(...usual.filter((_, i) => cells[i]!.length > 1));
  const spread = top - Math.min(...cells.flatMap((values) => (values.length > 0 ? [meanOf(values)] : [])));
  const limit = mean + Math.max(leastDailySpread / 2, (top - mean) / 2);
  const weekday = Math.floor(weekHour / 24);
  const today = usual.slice(24 * weekday, 24 * weekday + 24);
  const peak_hours = spread >= leastDailySpread ? today.flatMap((cpu, hour) => (cpu >= limit ? [hour] : [])) : [];
  const days = Math.floor(cells.flat().length / 24);
  return { peak_hours, in_peak: peak_hours.includes(weekHour % 24), spread, days, weekday };
}

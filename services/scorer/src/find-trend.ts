import type { NodeHistory, Trend } from '@evenkeel/contracts';
import { deviation, fitShapes, median, selectInPlace, straightLine } from '@evenkeel/model';

const fewest = 10;
const leastSpanHours = 0.5;
const significant = 2.58;
/** A change of less than two points an hour is nobody's reason to wait. */
const leastPerHour = 0.02;
/** What goes on does so in its last 45 minutes, by at least a quarter; five readings tell. */
const lately = 45 * 60;
const fewestLately = 5;
const leastShare = 0.25;
/** Readings that a slope needs to be told from a step, and a step on either side. */
const slopeReadings = 6;
const stepReadings = 2;
const halfAnHour = 1800;

type Point = readonly [number, number, number];

/** Theil–Sen slope per hour and Mann–Kendall z of one column of two readings or more; robust against spikes and uneven steps. */
function slope(points: readonly Point[], column: 1 | 2): { perHour: number; z: number } {
  const n = points.length;
  const times = Float64Array.from(points, (point) => point[0]);
  const values = Float64Array.from(points, (point) => point[column]);
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let [s, k] = [0, 0];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const rise = values[j]! - values[i]!;
      slopes[k++] = (rise * 3600) / (times[j]! - times[i]!);
      s += Math.sign(rise);
    }
  const variance = (n * (n - 1) * (2 * n + 5)) / 18;
  return { perHour: selectInPlace(slopes, slopes.length >> 1), z: (s - Math.sign(s)) / Math.sqrt(variance) };
}

/** Readings of CPU without those that stand out alone: each the median of itself and its neighbours. */
const withoutSpikes = (points: readonly Point[]): Float64Array =>
  Float64Array.from(points, (_, i) => {
    const from = Math.min(Math.max(0, i - 1), points.length - 3);
    return median(points.slice(from, from + 3).map((p) => p[1]));
  });

/** Whether it changed once and was level before and after, taking the readings for evenly spaced. */
function isStep(points: readonly Point[]): boolean {
  const { line, step, bend } = fitShapes(withoutSpikes(points), stepReadings, slopeReadings);
  return step < Math.min(line, bend);
}

/** Whether the last readings have lost most of the slope, by more than their scatter explains. */
function hasEnded(points: readonly Point[], perHour: number): boolean {
  const end = points.at(-1)![0];
  const late = points.filter(([at], i) => end - at <= lately || i >= points.length - fewestLately);
  const cpu = Float64Array.from(late, (p) => p[1]);
  const line = straightLine(cpu);
  const perReading = deviation(cpu.map((value, i) => value - line[i]!)) * Math.sqrt(12 / late.length ** 3);
  const hoursApart = (end - late[0]![0]) / 3600 / (late.length - 1);
  const error = perReading / hoursApart;
  return slope(late, 1).perHour * Math.sign(perHour) + error < leastShare * Math.abs(perHour);
}

/**
 * Where a node's load is going by its last three hours: rising or falling only where chance cannot explain it, nor one step, and where
 * it still does.
 */
export function findTrend(history: NodeHistory, cpu: number): Trend {
  const points = history.recent;
  const span = points.length < fewest ? 0 : (points.at(-1)![0] - points[0]![0]) / 3600;
  if (span < leastSpanHours)
    return { cpu_per_hour: 0, mem_per_hour: 0, direction: 'unknown', cpu_in_one_hour: cpu, samples: points.length };
  const byCpu = slope(points, 1);
  const certain =
    Math.abs(byCpu.z) >= significant &&
    Math.abs(byCpu.perHour) >= leastPerHour &&
    !isStep(points) &&
    !hasEnded(points, byCpu.perHour);
  const direction = !certain ? 'flat' : byCpu.perHour > 0 ? 'rising' : 'falling';
  const latest = points.slice(-6).filter(([at]) => points.at(-1)![0] - at <= halfAnHour);
  const recent = latest.reduce((sum, p) => sum + p[1], 0) / latest.length;
  return {
    cpu_per_hour: byCpu.perHour,
    mem_per_hour: slope(points, 2).perHour,
    direction,
    cpu_in_one_hour: Math.max(0, certain ? recent + byCpu.perHour : recent),
    samples: points.length,
  };
}

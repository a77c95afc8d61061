import type { NodeHistory, Trend } from '@evenkeel/contracts';
import { selectInPlace } from '@evenkeel/model';

const fewest = 10;
const leastSpanHours = 0.5;
const significant = 2.58;
/** A change of less than two points an hour is nobody's reason to wait. */
const leastPerHour = 0.02;

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

/** Where a node's load is going by its last three hours: rising or falling only where chance cannot explain it. */
export function findTrend(history: NodeHistory, cpu: number): Trend {
  const points = history.recent;
  const span = points.length < fewest ? 0 : (points.at(-1)![0] - points[0]![0]) / 3600;
  if (span < leastSpanHours)
    return { cpu_per_hour: 0, mem_per_hour: 0, direction: 'unknown', cpu_in_one_hour: cpu, samples: points.length };
  const byCpu = slope(points, 1);
  const certain = Math.abs(byCpu.z) >= significant && Math.abs(byCpu.perHour) >= leastPerHour;
  const direction = !certain ? 'flat' : byCpu.perHour > 0 ? 'rising' : 'falling';
  const recent = points.slice(-6).reduce((sum, p) => sum + p[1], 0) / 6;
  return {
    cpu_per_hour: byCpu.perHour,
    mem_per_hour: slope(points, 2).perHour,
    direction,
    cpu_in_one_hour: Math.max(0, certain ? recent + byCpu.perHour : recent),
    samples: points.length,
  };
}

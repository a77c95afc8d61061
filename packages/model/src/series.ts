import { selectInPlace } from './statistics.ts';

/** A series of equal steps; NaN where nothing was seen. */
export type Series = Float64Array;

/** Means of blocks of so many steps, counted from the end; NaN where less than half of a block was seen. */
export function blockMeans(series: Series, width: number): Series {
  const blocks = new Float64Array(Math.floor(series.length / width)).fill(Number.NaN);
  const offset = series.length - blocks.length * width;
  for (let block = 0; block < blocks.length; block++) {
    let [sum, count] = [0, 0];
    for (let i = offset + block * width; i < offset + (block + 1) * width; i++) {
      const value = series[i] as number;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    if (2 * count >= width) blocks[block] = sum / count;
  }
  return blocks;
}

/** Mean of the window of `width` steps around each step, moved inwards at the ends; NaN where the window is empty. */
export function movingMean(series: Series, width: number): Series {
  const n = series.length;
  const sums = new Float64Array(n + 1);
  const counts = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    const value = series[i] as number;
    const seen = !Number.isNaN(value);
    sums[i + 1] = (sums[i] as number) + (seen ? value : 0);
    counts[i + 1] = (counts[i] as number) + (seen ? 1 : 0);
  }
  const means = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const from = Math.max(0, Math.min(i - (width >> 1), n - width));
    const to = Math.min(n, from + width);
    means[i] = ((sums[to] as number) - (sums[from] as number)) / ((counts[to] as number) - (counts[from] as number));
  }
  return means;
}

/** What is left of a series when another is taken away, step by step. */
export function minus(series: Series, other: Series): Series {
  const rest = new Float64Array(series.length);
  for (let i = 0; i < series.length; i++) rest[i] = (series[i] as number) - (other[i] as number);
  return rest;
}

/** The straight line of least squares through a series, at each step. */
export function straightLine(series: Series): Series {
  let [n, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < series.length; i++) {
    const value = series[i] as number;
    if (Number.isNaN(value)) continue;
    n++;
    x += i;
    y += value;
    xx += i * i;
    xy += i * value;
  }
  const spread = n * xx - x * x;
  const slope = spread > 0 ? (n * xy - x * y) / spread : 0;
  return series.map((_, i) => (y - slope * x) / n + slope * i);
}

/** Correlation of a series of mean 0 with itself so many steps later; 0 where it does not vary. */
export function autocorrelation(series: Series, lag: number): number {
  let [product, pairs, square, count] = [0, 0, 0, 0];
  for (let i = 0; i < series.length; i++) {
    const value = series[i] as number;
    if (Number.isNaN(value)) continue;
    square += value * value;
    count++;
    const later = series[i + lag] ?? Number.NaN;
    if (Number.isNaN(later)) continue;
    product += value * later;
    pairs++;
  }
  return square > 0 && pairs > 0 ? product / pairs / (square / count) : 0;
}

/** Slope per step that half of all pairs exceed (Theil–Sen): unmoved by outliers; 0 for fewer than two values. */
export function theilSen(series: Series): number {
  const slopes = new Float64Array((series.length * (series.length - 1)) / 2);
  let count = 0;
  for (let i = 0; i < series.length; i++) {
    const from = series[i] as number;
    if (Number.isNaN(from)) continue;
    for (let j = i + 1; j < series.length; j++) {
      const to = series[j] as number;
      if (!Number.isNaN(to)) slopes[count++] = (to - from) / (j - i);
    }
  }
  return count > 0 ? selectInPlace(slopes.subarray(0, count), count >> 1) : 0;
}

/**
 * Mann–Kendall's standard score of a trend, positive where the series rises. Its variance is widened by the
 * autocorrelation that remains once the given slope is taken out (Hamed and Rao 1998).
 */
export function mannKendall(series: Series, slope: number): number {
  let [rises, count] = [0, 0];
  for (let i = 0; i < series.length; i++) {
    const from = series[i] as number;
    if (Number.isNaN(from)) continue;
    count++;
    for (let j = i + 1; j < series.length; j++) {
      const to = series[j] as number;
      if (to > from) rises++;
      else if (to < from) rises--;
    }
  }
  if (count < 4) return 0;
  const variance = ((count * (count - 1) * (2 * count + 5)) / 18) * widening(series, slope, count);
  return (rises - Math.sign(rises)) / Math.sqrt(variance);
}

function widening(series: Series, slope: number, count: number): number {
  const rest = series.map((value, i) => value - slope * i);
  const middle = selectInPlace(
    rest.filter((value) => !Number.isNaN(value)),
    count >> 1,
  );
  const centred = rest.map((value) => value - middle);
  let sum = 0;
  for (let lag = 1; lag < count / 3; lag++) {
    const correlation = autocorrelation(centred, lag);
    if (correlation < 1.96 / Math.sqrt(count)) break;
    sum += (count - lag) * (count - lag - 1) * (count - lag - 2) * correlation;
  }
  return 1 + (2 * sum) / (count * (count - 1) * (count - 2));
}

/** The k-th smallest of the values (0 the smallest), which it reorders; NaN where there is none. */
export function selectInPlace(values: Float64Array, k: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1] as number;
    let [i, j] = [left, right];
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else return values[k] as number;
  }
  return values[k] ?? Number.NaN;
}

/** The values that are numbers, copied. */
export function known(values: ArrayLike<number>): Float64Array {
  const kept = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isNaN(value)) kept[count++] = value;
  }
  return kept.subarray(0, count);
}

/** Mean of the values that are numbers; NaN where there is none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** Standard deviation (of the population) of the values that are numbers; NaN where there is none. */
export function deviation(values: ArrayLike<number>): number {
  const middle = mean(values);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    sum += (value - middle) ** 2;
    count++;
  }
  return Math.sqrt(sum / count);
}

/** Value below which a share 0..1 of the values lies (nearest rank); NaN where there is none. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = known(values);
  return selectInPlace(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}

/** Middle of the values, the lower of two; NaN where there is none. */
export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);

/** Robust standard deviation: 1.4826 × the median distance from the median. */
export function robustDeviation(values: ArrayLike<number>): number {
  const distances = known(values);
  const half = Math.max(0, Math.ceil(distances.length / 2) - 1);
  const middle = selectInPlace(distances, half);
  for (let i = 0; i < distances.length; i++) distances[i] = Math.abs((distances[i] as number) - middle);
  return 1.4826 * selectInPlace(distances, half);
}

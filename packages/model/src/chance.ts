/** Deviations to each side of its mean within which a normal figure lies nine times in ten. */
export const z90 = 1.645;

/** Chance that a normal figure is above 0 (Abramowitz and Stegun 26.2.17, error below 1e-7). */
export function chanceAbove0(mean: number, sd: number): number {
  if (sd <= 0) return mean > 0 ? 1 : 0;
  const z = Math.abs(mean / sd);
  const t = 1 / (1 + 0.2316419 * z);
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return mean > 0 ? 1 - tail : tail;
}

import { z90 } from '@evenkeel/model';

/** The 90 % interval of a share of which `good` of `of` are seen (Wilson); 0 to 1 where nothing is. */
export function wilson(good: number, of: number): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const p = good / of;
  const square = (z90 * z90) / of;
  const middle = p + square / 2;
  const half = z90 * Math.sqrt((p * (1 - p)) / of + square / (4 * of));
  return { low: (middle - half) / (1 + square), high: (middle + half) / (1 + square) };
}

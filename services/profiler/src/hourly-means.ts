import type { Series } from '@evenkeel/model';
import { bucketsPerHour } from './cell.ts';
import type { LocalHours } from './local-hours.ts';

const halfLifeDays = 4;
/** No day has all its hours in less, even one on which a clock is put forward. */
const leastHours = 22;

/** Expected CPU by local hour of the day, a day four days ago counting half; undefined unless every hour of the day was seen. */
export function hourlyMeans(cpu: Series, end: number, local: LocalHours): number[] | undefined {
  if (cpu.length <= leastHours * bucketsPerHour) return undefined;
  const sums = new Float64Array(24);
  const weights = new Float64Array(24);
  const offset = end * 6 - cpu.length - local.first * 6;
  const perDay = 0.5 ** (1 / halfLifeDays);
  let weight = 1;
  for (let i = cpu.length - 1, left = 144; i >= 0; i--, left--) {
    if (left === 0) [weight, left] = [weight * perDay, 144];
    const value = cpu[i] as number;
    if (Number.isNaN(value)) continue;
    const hour = (local.hours[offset + i] as number) % 24;
    sums[hour] = (sums[hour] as number) + weight * value;
    weights[hour] = (weights[hour] as number) + weight;
  }
  if (weights.some((weight) => weight === 0)) return undefined;
  return Array.from(sums, (sum, hour) => sum / (weights[hour] as number));
}

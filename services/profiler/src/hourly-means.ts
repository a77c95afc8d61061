import type { Series } from '@evenkeel/model';
import type { LocalHours } from './local-hours.ts';

const halfLifeDays = 4;

/** Expected CPU by local hour of the day, a day four days ago counting half; undefined unless every hour of the day was seen. */
export function hourlyMeans(cpu: Series, end: number, local: LocalHours): number[] | undefined {
  const sums = new Float64Array(24);
  const weights = new Float64Array(24);
  const offset = end * 6 - cpu.length - local.first * 6;
  for (let i = 0; i < cpu.length; i++) {
    const value = cpu[i] as number;
    if (Number.isNaN(value)) continue;
    const hour = local.hours[offset + i] as number;
    const weight = 0.5 ** (Math.floor((cpu.length - 1 - i) / 144) / halfLifeDays);
    sums[hour] = (sums[hour] as number) + weight * value;
    weights[hour] = (weights[hour] as number) + weight;
  }
  if (weights.some((weight) => weight === 0)) return undefined;
  return Array.from(sums, (sum, hour) => sum / (weights[hour] as number));
}

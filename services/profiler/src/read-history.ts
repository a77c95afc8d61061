import type { Series } from '@evenkeel/model';
import { bucketsPerHour, cpuOfCode, decodeCells, unseen } from './cell.ts';
import { type Overall, overallOfCodes } from './metric-statistics.ts';

/** What a guest's closed hours say, from the first hour in which it was seen to the last. */
export type History = {
  /** The hour after the last, in hours since 1970. */
  end: number;
  /** CPU of ten minutes each, and means of hours; NaN where unseen. */
  cpu: Series;
  hourly: Series;
  /** Hourly memory in bytes. */
  mem: Series;
  samples: number;
  /** Statistics of all its CPU. */
  overall: Overall;
  /** Hours of which something was seen. */
  seen_hours: number;
};

/** Decodes the hours of a guest. */
export function readHistory(cells: string, end: number): History {
  const all = decodeCells(cells);
  const first = firstSeen(all.codes);
  const codes = all.codes.subarray(first * bucketsPerHour);
  const cpu = new Float64Array(codes.length);
  const hourly = new Float64Array(codes.length / bucketsPerHour);
  let seenHours = 0;
  for (let hour = 0; hour < hourly.length; hour++) {
    let [sum, count] = [0, 0];
    for (let i = hour * bucketsPerHour; i < (hour + 1) * bucketsPerHour; i++) {
      const value = cpuOfCode[codes[i] as number] as number;
      cpu[i] = value;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    hourly[hour] = sum / count;
    if (count > 0) seenHours++;
  }
  const mem = all.mem.slice(first);
  for (let hour = 0; hour < mem.length; hour++) mem[hour]! *= 1_048_576;
  return { end, cpu, hourly, mem, samples: all.samples, overall: overallOfCodes(codes), seen_hours: seenHours };
}

/** The first hour of which something was seen; 0 where nothing was. */
function firstSeen(codes: Uint8Array): number {
  for (let i = 0; i < codes.length; i++) if (codes[i] !== unseen) return Math.floor(i / bucketsPerHour);
  return 0;
}

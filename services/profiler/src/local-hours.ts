import { localTime } from '@evenkeel/model';
import { bucketsPerHour, hourMs } from './cell.ts';

/** Hour of the day, in the cluster's time zone, of each ten minutes from the hour `first` (hours since 1970). */
export type LocalHours = { timezone: string; first: number; hours: Uint8Array };

/** A table for so many hours, so that daylight saving and zones of half an hour cost nothing per guest. */
export function localHours(first: number, count: number, timezone: string): LocalHours {
  const hours = new Uint8Array(count * bucketsPerHour);
  for (let i = 0; i < count; i++) {
    const start = minuteOf((first + i) * hourMs, timezone);
    for (let bucket = 0; bucket < bucketsPerHour; bucket++)
      hours[i * bucketsPerHour + bucket] = Math.floor((start + 10 * bucket) / 60) % 24;
  }
  return { timezone, first, hours };
}

const minuteOf = (ms: number, timezone: string): number => (localTime(ms, timezone) ?? localTime(ms, 'UTC')!).minute;

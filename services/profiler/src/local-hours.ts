import { bucketsPerHour, hourMs } from './cell.ts';

/** Hour of the day, in the cluster's time zone, of each ten minutes from the hour `first` (hours since 1970). */
export type LocalHours = { timezone: string; first: number; hours: Uint8Array };

/** A table for so many hours, so that daylight saving and zones of half an hour cost nothing per guest. */
export function localHours(first: number, count: number, timezone: string): LocalHours {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const hours = new Uint8Array(count * bucketsPerHour);
  for (let i = 0; i < count; i++) {
    const [hour, minute] = format
      .format((first + i) * hourMs)
      .split(':')
      .map(Number);
    const start = (hour as number) * 60 + (minute as number);
    for (let bucket = 0; bucket < bucketsPerHour; bucket++)
      hours[i * bucketsPerHour + bucket] = Math.floor((start + 10 * bucket) / 60) % 24;
  }
  return { timezone, first, hours };
}

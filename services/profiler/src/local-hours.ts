import { localTime } from '@evenkeel/model';
import { bucketsPerHour, hourMs } from './cell.ts';

/** Hour of the week (0 is Monday 00:00), in the cluster's time zone, of each ten minutes from the hour `first` (hours since 1970). */
export type LocalHours = { timezone: string; first: number; hours: Uint8Array };

/** The last table of each time zone: it changes once an hour, and runs come more often. */
const known = new Map<string, LocalHours>();
const mostZones = 100;

/** A table for so many hours, so that daylight saving and zones of half an hour cost nothing per guest. */
export function localHours(first: number, count: number, timezone: string): LocalHours {
  const last = known.get(timezone);
  if (last?.first === first && last.hours.length === count * bucketsPerHour) return last;
  const table = { timezone, first, hours: hoursOfWeek(first, count, timezone) };
  if (known.size >= mostZones) known.clear();
  known.set(timezone, table);
  return table;
}

function hoursOfWeek(first: number, count: number, timezone: string): Uint8Array {
  const minutes = startsOfHours(first, count, timezone);
  const hours = new Uint8Array(count * bucketsPerHour);
  for (let i = 0; i < count; i++)
    for (let bucket = 0; bucket < bucketsPerHour; bucket++)
      hours[i * bucketsPerHour + bucket] = Math.floor(((minutes[i] as number) + 10 * bucket) / 60) % 168;
  return hours;
}

const dayMinutes = 1440;
const weekMinutes = 7 * dayMinutes;

/** Minutes since local Monday 00:00 at the start of each hour; asked hour by hour only on days on which the clocks change. */
function startsOfHours(first: number, count: number, timezone: string): Uint16Array {
  const minuteAt = (hour: number) => minuteOf((first + hour) * hourMs, timezone);
  const minutes = new Uint16Array(count);
  let begin = minuteAt(0);
  for (let day = 0; day < count; day += 24) {
    const next = minuteAt(day + 24);
    for (let i = day; i < Math.min(count, day + 24); i++)
      minutes[i] = next === (begin + dayMinutes) % weekMinutes ? (begin + 60 * (i - day)) % weekMinutes : minuteAt(i);
    begin = next;
  }
  return minutes;
}

function minuteOf(ms: number, timezone: string): number {
  const { weekday, minute } = localTime(ms, timezone) ?? localTime(ms, 'UTC')!;
  return dayMinutes * weekday + minute;
}

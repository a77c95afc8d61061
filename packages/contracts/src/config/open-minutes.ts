import { days, type ScheduleWindow } from './automated-migrations.ts';
import type { Config } from './config.ts';

const day = 1440;
const week = 7 * day;

const minuteOf = (time: string): number => {
  const [hour, minute] = time.split(':').map(Number);
  return hour! * 60 + minute!;
};

/** Minutes of the week, Monday 00:00 first, that lie in a window; one over midnight belongs to the day on which it opens. */
function minutesOf({ days: names, start_time, end_time }: ScheduleWindow): number[] {
  const start = minuteOf(start_time);
  const length = (minuteOf(end_time) - start + day) % day || day;
  return names.flatMap((name) => Array.from({ length }, (_, i) => (days.indexOf(name) * day + start + i) % week));
}

/** Minutes of a week in which migrations may start; undefined where windows lie in different time zones. */
export function openMinutes({
  migration_windows,
  blackout_windows,
  timezone,
}: Config['automated_migrations']['schedule']): number | undefined {
  const on = (windows: ScheduleWindow[]) => windows.filter(({ enabled }) => enabled);
  const [allowed, forbidden] = [on(migration_windows), on(blackout_windows)];
  const zones = new Set([...allowed, ...forbidden].map((window) => window.timezone ?? timezone));
  if (zones.size > 1) return undefined;
  const closed = new Set(forbidden.flatMap(minutesOf));
  const open = allowed.length > 0 ? new Set(allowed.flatMap(minutesOf)) : undefined;
  return Array.from({ length: week }, (_, i) => i).filter((i) => (open?.has(i) ?? true) && !closed.has(i)).length;
}

import { type Config, days, type ScheduleWindow } from '@evenkeel/contracts';
import { localTime } from './local-time.ts';

type Schedule = Config['automated_migrations']['schedule'];
export type WindowState = { open: boolean; reason: string };

/**
 * May a migration start now? Inside a migration window (or where there is none) and outside every blackout. A window belongs to
 * the day on which it opens: Friday 22:00 to 06:00 is open on Saturday at 02:00. An unknown time zone closes.
 */
export function windowState(schedule: Schedule, now: number): WindowState {
  const enabled = (windows: readonly ScheduleWindow[]) => windows.filter((w) => w.enabled);
  for (const blackout of enabled(schedule.blackout_windows)) {
    const inside = covers(blackout, schedule.timezone, now);
    if (inside === undefined) return { open: false, reason: unknownZone(blackout, schedule.timezone) };
    if (inside) return { open: false, reason: `inside blackout window ${describe(blackout, schedule.timezone)}` };
  }
  const windows = enabled(schedule.migration_windows);
  if (windows.length === 0) return { open: true, reason: 'open: no migration window is set' };
  const open = windows.find((w) => covers(w, schedule.timezone, now));
  if (open) return { open: true, reason: `open: ${describe(open, schedule.timezone)}` };
  const broken = windows.find((w) => covers(w, schedule.timezone, now) === undefined);
  if (broken) return { open: false, reason: unknownZone(broken, schedule.timezone) };
  return {
    open: false,
    reason: `outside migration window ${windows.map((w) => describe(w, schedule.timezone)).join(', ')}`,
  };
}

/** Whether the wall clock stands inside the window; undefined where its zone is unknown. */
function covers(window: ScheduleWindow, zone: string, now: number): boolean | undefined {
  const local = localTime(now, window.timezone ?? zone);
  if (!local) return undefined;
  const start = minuteOf(window.start_time);
  const end = minuteOf(window.end_time);
  const opensOn = (weekday: number) => window.days.includes(days[(weekday + 7) % 7]!);
  if (start < end) return opensOn(local.weekday) && local.minute >= start && local.minute < end;
  return (opensOn(local.weekday) && local.minute >= start) || (opensOn(local.weekday - 1) && local.minute < end);
}

function minuteOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return hours! * 60 + minutes!;
}

const describe = (w: ScheduleWindow, zone: string): string =>
  `"${w.name}" (${w.days.join(', ')} ${w.start_time}-${w.end_time} ${w.timezone ?? zone})`;
const unknownZone = (w: ScheduleWindow, zone: string): string =>
  `time zone ${w.timezone ?? zone} of window "${w.name}" is unknown`;

/** Wall clock of a place: weekday 0 (Monday) … 6, and minutes since midnight. */
export type LocalTime = { weekday: number; minute: number };

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(timeZone)) formats.set(timeZone, makeFormat(timeZone));
  return formats.get(timeZone);
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  const fields = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, ...fields });
  } catch {
    return undefined;
  }
}

function utc(ms: number): LocalTime {
  const minutes = Math.floor(ms / 60_000);
  const days = Math.floor(minutes / 1440);
  return { weekday: (((days + 3) % 7) + 7) % 7, minute: minutes - 1440 * days };
}

/** The wall clock in an IANA zone, summer time included; undefined where nobody knows the zone. */
export function localTime(ms: number, timezone: string): LocalTime | undefined {
  if (timezone === 'UTC') return utc(ms);
  const said = formatOf(timezone)?.format(ms);
  if (said === undefined) return undefined;
  const [hour, minute] = said.slice(-5).split(':');
  return { weekday: weekdays.indexOf(said.slice(0, 3)), minute: 60 * Number(hour) + Number(minute) };
}

/** Seconds by which the hours of an IANA zone begin before those of UTC: 1800 in Kolkata, 0 in most. */
export function hourShift(ms: number, timezone: string): number {
  const here = (localTime(ms, timezone) ?? utc(ms)).minute;
  return 60 * ((here - utc(ms).minute + 1440) % 60);
}

/** Hour of the week, 0 (Monday 00:00) to 167, in an IANA time zone; in one that nobody knows, in UTC. */
export function localWeekHour(ms: number, timezone: string): number {
  const { weekday, minute } = localTime(ms, timezone) ?? utc(ms);
  return 24 * weekday + Math.floor(minute / 60);
}

/** Hour of the day, 0 to 23, in an IANA time zone; in one that nobody knows, in UTC. */
export const localHour = (ms: number, timezone: string): number =>
  Math.floor((localTime(ms, timezone) ?? utc(ms)).minute / 60);

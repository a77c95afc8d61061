/** Wall clock of a place: weekday 0 (Monday) … 6, and minutes since midnight. */
export type LocalTime = { weekday: number; minute: number };

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The wall clock in an IANA zone, summer time included; undefined where nobody knows the zone. */
export function localTime(at: number, zone: string): LocalTime | undefined {
  const format = formatterOf(zone);
  if (!format) return undefined;
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    weekday: weekdays.indexOf(parts.get('weekday') ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

/** One formatter per zone, since making one takes as long as a hundred uses; zones come from the configuration. */
const formatters = new Map<string, Intl.DateTimeFormat | undefined>();
const mostFormatters = 100;

function formatterOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formatters.has(zone)) {
    if (formatters.size >= mostFormatters) formatters.clear();
    formatters.set(zone, makeFormatter(zone));
  }
  return formatters.get(zone);
}

function makeFormatter(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
}

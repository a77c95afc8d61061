const formats = new Map<string, Intl.DateTimeFormat>();

function format(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', hourCycle: 'h23' });
  formats.set(timezone, made);
  return made;
}

/** Hour of the day, 0 to 23, in an IANA time zone. */
export function localHour(ms: number, timezone: string): number {
  return timezone === 'UTC' ? Math.floor(ms / 3_600_000) % 24 : Number(format(timezone).format(ms)) % 24;
}

import { expect, test } from 'vitest';
import { hourMs } from './cell.ts';
import { localHours } from './local-hours.ts';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

test.each([
  ['UTC', '2026-06-01T00:00:00Z', [0, 0, 0, 0, 0, 0, 1]],
  ['Europe/Berlin', '2026-06-01T00:00:00Z', [2, 2, 2, 2, 2, 2, 3]],
  ['Europe/Berlin', '2026-01-01T23:00:00Z', [0, 0, 0, 0, 0, 0, 1]],
  ['Asia/Kolkata', '2026-06-01T00:00:00Z', [5, 5, 5, 6, 6, 6, 6]],
  ['America/New_York', '2026-03-08T06:00:00Z', [1, 1, 1, 1, 1, 1, 3]],
])('ten minutes in %s from %s', (timezone, from, expected) => {
  const { hours } = localHours(Date.parse(from) / hourMs, 2, timezone);
  expect([...hours.slice(0, 7)].map((hour) => hour % 24)).toEqual(expected);
});

test.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia'])(
  'a year of hours in %s is what the zone itself says',
  (timezone) => {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      weekday: 'short',
      hour: '2-digit',
      hourCycle: 'h23',
    });
    const first = Date.parse('2026-01-01T05:00:00Z') / hourMs;
    const { hours } = localHours(first, 366 * 24, timezone);
    const said = Array.from({ length: 366 * 24 }, (_, i) => {
      const text = format.format((first + i) * hourMs);
      return 24 * weekdays.indexOf(text.slice(0, 3)) + Number(text.slice(-2));
    });
    expect(said.map((_, i) => hours[6 * i])).toEqual(said);
  },
);

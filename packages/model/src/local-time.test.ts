import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hourShift, localHour, localTime, localWeekHour } from './local-time.ts';

test.each([
  ['2026-07-15T12:00:00Z', 'UTC', 2, '12:00'],
  ['1969-12-31T23:59:00Z', 'UTC', 2, '23:59'],
  ['2026-03-29T00:59:00Z', 'Europe/Berlin', 6, '01:59'],
  ['2026-03-29T01:00:00Z', 'Europe/Berlin', 6, '03:00'],
  ['2026-10-25T00:30:00Z', 'Europe/Berlin', 6, '02:30'],
  ['2026-10-25T01:30:00Z', 'Europe/Berlin', 6, '02:30'],
  ['2026-07-15T18:30:00Z', 'Asia/Kolkata', 3, '00:00'],
  ['2026-07-12T20:00:00Z', 'Asia/Tokyo', 0, '05:00'],
])('%s in %s', (at, zone, weekday, clock) => {
  const [hour, minute] = clock.split(':').map(Number) as [number, number];
  expect(localTime(Date.parse(at), zone)).toEqual({ weekday, minute: 60 * hour + minute });
  expect(localHour(Date.parse(at), zone)).toBe(hour);
  expect(localWeekHour(Date.parse(at), zone)).toBe(24 * weekday + hour);
});

test('a zone that nobody knows has no wall clock; its hours are those of UTC', () => {
  expect(localTime(0, 'Middle/Earth')).toBeUndefined();
  expect(localHour(7 * 3_600_000, 'Middle/Earth')).toBe(7);
  expect(localWeekHour(7 * 3_600_000, 'Middle/Earth')).toBe(3 * 24 + 7);
});

test('law: UTC is the zone of Greenwich without summer time', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
      expect(localTime(date.getTime(), 'UTC')).toEqual(localTime(date.getTime(), 'Etc/GMT'));
    }),
  );
});

test.each([
  ['UTC', 0],
  ['Europe/Berlin', 0],
  ['Asia/Kolkata', 1800],
  ['Asia/Kathmandu', 2700],
  ['America/St_Johns', 1800],
  ['Middle/Earth', 0],
])('hours of %s begin %i s before those of UTC', (zone, seconds) => {
  for (const minute of [0, 29, 30, 44, 45, 59, 60 * 18 + 40])
    expect(hourShift(Date.UTC(2026, 0, 5, 0, minute), zone)).toBe(seconds);
});

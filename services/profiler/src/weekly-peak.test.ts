import { isWeekHour } from '@evenkeel/model';
import { describe, expect, test } from 'vitest';
import { localHours } from './local-hours.ts';
import { weeklyPeak } from './weekly-peak.ts';

const sunday = 6 * 24;
/** Two weeks that end on Monday 00:00 UTC. */
const end = Date.UTC(2026, 6, 13) / 3_600_000;
const peakOf = (cpu: (weekHour: number, week: number, bucket: number) => number, timezone = 'UTC', hours = 336) => {
  const series = Float64Array.from({ length: 6 * hours }, (_, i) => {
    const hour = 336 - hours + Math.floor(i / 6);
    return cpu(hour % 168, Math.floor(hour / 168), i % 6);
  });
  return weeklyPeak(series, end, localHours(end - 400, 401, timezone));
};
const hoursOf = (peak: { hours: string }) =>
  Array.from({ length: 168 }, (_, h) => h).filter((h) => isWeekHour(peak.hours, h));
const within =
  (from: number, to: number, high = 0.9, low = 0.1) =>
  (hour: number) =>
    hour >= from && hour < to ? high : low;

describe('the peak of a week', () => {
  test('is when it is, and how high, by both its weeks', () => {
    const peak = peakOf((hour, week) => (hour >= 20 && hour < 26 ? (week === 0 ? 0.7 : 0.9) : 0.1))!;
    expect(hoursOf(peak)).toEqual([20, 21, 22, 23, 24, 25]);
    expect(peak).toMatchObject({ cpu: 0.8, otherwise: 0.1 });
  });

  test.each([
    ['Europe/Berlin', 2],
    ['America/New_York', -4],
  ])('is told by the clock of %s', (timezone, ahead) => {
    const peak = peakOf(within(sunday, sunday + 5), timezone)!;
    expect(hoursOf(peak)).toEqual(Array.from({ length: 5 }, (_, h) => (sunday + h + ahead) % 168));
  });

  test('is known of one week, and where an hour was never seen', () => {
    expect(hoursOf(peakOf(within(40, 45), 'UTC', 168)!)).toEqual([40, 41, 42, 43, 44]);
    const holed = peakOf((hour) => (hour === 42 ? Number.NaN : within(40, 45)(hour)))!;
    expect([hoursOf(holed), holed.cpu]).toEqual([[40, 41, 43, 44], 0.9]);
  });

  test.each([
    [0.25, [30, 31, 32, 33]],
    [0.24, undefined],
  ])('must stand out by 15 points, and be so long: up to %d', (high, hours) => {
    const peak = peakOf(within(30, 34, high, 0.1));
    expect(peak && hoursOf(peak)).toEqual(hours);
  });

  test('of a single hour has to make up for the three beside it', () => {
    expect(peakOf(within(30, 31, 0.6, 0.1))).toBeUndefined();
    expect(hoursOf(peakOf(within(30, 31, 0.9, 0.1))!)).toEqual([30]);
  });

  test('has every hour that reaches three quarters of the way to its top', () => {
    const steps = (hour: number) => (hour < 4 ? 0.9 : hour === 10 ? 0.71 : hour === 20 ? 0.69 : 0.1);
    const peak = peakOf(steps)!;
    expect(hoursOf(peak)).toEqual([0, 1, 2, 3, 10]);
    expect(peak.cpu).toBe(0.86);
  });

  test('is measured from the low hours, of which a tenth may be lower still', () => {
    const idle = (hour: number) => (hour < 10 ? 0 : hour < 20 ? 0.9 : 0.5);
    const peak = peakOf(idle)!;
    expect([hoursOf(peak).length, peak.otherwise]).toEqual([10, 0.47]);
    const mostly = (hour: number) => (hour < 10 ? 0 : hour < 20 ? 0.62 : 0.5);
    expect(peakOf(mostly)).toBeUndefined();
  });
});

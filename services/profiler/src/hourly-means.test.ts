import { describe, expect, test } from 'vitest';
import { hourlyMeans } from './hourly-means.ts';
import { localHours } from './local-hours.ts';

const end = Date.UTC(2026, 6, 15) / 3_600_000;
const series = (hours: number, cpu: (hour: number, bucket: number) => number) =>
  Float64Array.from({ length: 6 * hours }, (_, i) => cpu(Math.floor(i / 6), i % 6));
const meansOf = (cpu: Float64Array, timezone = 'UTC', at = end) =>
  hourlyMeans(cpu, at, localHours(end - 400, 401, timezone));

describe('means by hour of the day', () => {
  test('are those of its ten minutes', () => {
    const means = meansOf(series(24, (hour, bucket) => (hour === 7 ? bucket / 10 : hour / 100)))!;
    expect(means).toEqual(Array.from({ length: 24 }, (_, h) => expect.closeTo(h === 7 ? 0.25 : h / 100, 9)));
  });
  test.each([
    ['Europe/Berlin', end, 9],
    ['UTC', end - 5, 2],
  ])('by the clock of %s, whenever they end', (timezone, at, hour) => {
    const means = meansOf(
      series(48, (h) => (h % 24 === 7 ? 0.9 : 0.1)),
      timezone,
      at,
    )!;
    expect(means.map((cpu, h) => (cpu > 0.5 ? h : -1)).filter((h) => h >= 0)).toEqual([hour]);
  });
  test('of four days ago count half', () => {
    const shade = 0.5 ** (1 / 4);
    expect(meansOf(series(48, (h) => (h < 24 ? 1 : 0)))![5]).toBeCloseTo(shade / (1 + shade), 9);
    const four = [1, shade, shade ** 2, shade ** 3, 0.5];
    const all = four.reduce((sum, w) => sum + w, 0);
    expect(meansOf(series(120, (h) => (h < 24 ? 1 : 0)))![5]).toBeCloseTo(0.5 / all, 9);
  });
  test('leave out what was not seen, and say nothing where an hour never was', () => {
    const holes = (missing: (h: number) => boolean) =>
      meansOf(series(48, (h) => (missing(h) ? Number.NaN : h < 24 ? 0.2 : 0.4)));
    expect(holes((h) => h === 30)![6]).toBeCloseTo(0.2, 9);
    expect(holes((h) => h % 24 === 6)).toBeUndefined();
    expect(meansOf(series(23, () => 0.5))).toBeUndefined();
  });
  test('need 23 hours where the clock is half an hour off, for they touch all 24', () => {
    expect(
      meansOf(
        series(23, () => 0.5),
        'Asia/Kolkata',
      ),
    ).toHaveLength(24);
    expect(
      meansOf(
        series(22, () => 0.5),
        'Asia/Kolkata',
      ),
    ).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import { findSeason, leastStrength, withoutDaily } from './season.ts';
import { random } from './testing/random.ts';

const series = (hours: number, cpu: (h: number) => number) => Float64Array.from({ length: hours }, (_, h) => cpu(h));
const office = (low: number, high: number) => (h: number) => (h % 24 >= 8 && h % 24 < 18 ? high : low);
const chance = random(7);
const drawn = Array.from({ length: 24 * 14 }, () => 0.1 * chance.normal());
const noise = (h: number) => drawn[h]!;
const periodOf = (hourly: Float64Array) => findSeason(hourly).found?.period_hours;

test.each([
  [1, 0.65],
  [2, 0.65],
  [2.6, 0.475],
  [8, 0.35],
  [15, 0.325],
])('of %d periods a strength of %d is asked', (periods, strength) =>
  expect(leastStrength(periods)).toBeCloseTo(strength, 9),
);

describe('a day that repeats itself', () => {
  test('is told with all that shows it', () => {
    const { daily, found } = findSeason(series(24 * 7, office(0.2, 0.5)));
    expect(found).toBe(daily);
    expect(daily).toMatchObject({
      period_hours: 24,
      span: 7,
      periods: 7,
      strength: expect.closeTo(1, 9),
      autocorrelation: expect.closeTo(1, 9),
      swing: expect.closeTo(0.3, 9),
    });
    const [low, high] = [-0.125, 0.175].map((value) => expect.closeTo(value, 9));
    expect([...daily!.shape]).toEqual(
      Array.from({ length: 24 }, (_, before) => (before >= 6 && before < 16 ? high : low)),
    );
  });
  test('is one though it grows', () => {
    const { daily, found } = findSeason(series(24 * 7, (h) => office(0.2, 0.5)(h) + h / 1000));
    expect(found?.period_hours).toBe(24);
    expect(daily?.swing).toBeCloseTo(0.3, 2);
  });
  test.each([
    ['47 hours', 47, undefined],
    ['two days', 48, 24],
  ])('is known of %s', (_, hours, period) => expect(periodOf(series(hours, office(0.1, 0.6)))).toBe(period));
  test.each([
    [6, 24],
    [7, undefined],
  ])('of two days of which %d hours are missing', (missing, period) => {
    const hourly = series(48, (h) => (h >= 10 && h < 10 + missing ? Number.NaN : office(0.1, 0.6)(h)));
    expect(periodOf(hourly)).toBe(period);
  });
  test.each([
    [0.035, undefined],
    [0.045, 24],
  ])('by %d of its CPU', (by, period) => expect(periodOf(series(24 * 7, office(0.2, 0.2 + by)))).toBe(period));
  test('has to stand out of noise', () => {
    const noisy = (by: number) => periodOf(series(24 * 7, (h) => office(0.2, 0.2 + by)(h) + noise(h)));
    expect([noisy(0.05), noisy(0.4)]).toEqual([undefined, 24]);
    expect(periodOf(series(24 * 7, noise))).toBeUndefined();
  });
  test('may begin now earlier, now later, where four days show it', () => {
    const starts = [6, 9, 5, 8, 10, 6, 8];
    const job = (h: number) => {
      const since = (h % 24) - starts[Math.floor(h / 24)]!;
      return since >= 0 && since < 3 ? 0.8 : 0.1;
    };
    const { daily, found } = findSeason(series(24 * 7, job));
    expect(found).toBe(daily);
    expect(daily!.strength).toBeLessThan(leastStrength(daily!.periods));
    expect(periodOf(series(24 * 3, job))).toBeUndefined();
  });
});

describe('a week that repeats itself', () => {
  const weekday = (h: number) => Math.floor(h / 24) % 7;
  const sundays = (h: number) => (weekday(h) === 6 && h % 24 < 8 ? 0.7 : 0.1);
  test.each<[string, (h: number) => number, number | undefined, number]>([
    ['with a job on Sundays', sundays, 168, 14],
    ['of which one was seen', sundays, undefined, 7],
    ['that comes after days alike', (h) => Math.max(sundays(h), office(0.1, 0.6)(h)), 24, 14],
    ['where most days differ', (h) => (weekday(h) < 3 ? office(0.1, 0.6)(h) : 0.1), 168, 14],
    ['by level alone', (h) => 0.3 + 0.2 * Math.sin((2 * Math.PI * h) / 336), undefined, 14],
  ])('%s', (_, cpu, period, days) => {
    const { found } = findSeason(series(24 * days, cpu));
    expect(found?.period_hours).toBe(period);
    if (period === 168) expect(found).toMatchObject({ span: 2, periods: 2 });
  });
});

describe('what a day adds', () => {
  test('is taken out, and the rest stays', () => {
    const rest = withoutDaily(series(24 * 7, (h) => office(0.2, 0.5)(h) + h / 1000));
    expect(rest.map((value, h) => value - rest[0]! - h / 1000).every((off) => Math.abs(off) < 0.02)).toBe(true);
  });
  test('stays where it is chance', () => {
    const hourly = series(24 * 4, (h) => 0.5 + noise(h));
    expect(findSeason(hourly).daily?.strength).toBeLessThanOrEqual(0);
    expect(withoutDaily(hourly)).toBe(hourly);
  });
  test('is known as well where it is given', () => {
    const hourly = series(24 * 7, office(0.2, 0.5));
    expect(withoutDaily(hourly, findSeason(hourly).daily)).toEqual(withoutDaily(hourly));
  });
});

import { describe, expect, test } from 'vitest';
import { trendBesideDaily, trendOf } from './trend.ts';

const series = (hours: number, cpu: (h: number) => number) => Float64Array.from({ length: hours }, (_, h) => cpu(h));
const noise = (h: number) => 0.004 * Math.sin(h * 97.3) * Math.cos(h * 13.7);
const perHour = (hours: number, cpu: (h: number) => number) =>
  trendOf(series(hours, (h) => cpu(h) + noise(h))).per_hour;

describe('a trend', () => {
  test.each([
    ['up', 168, (h: number) => 0.001 * h, 0.001],
    ['down', 168, (h: number) => 0.9 - 0.002 * h, -0.002],
    ['none', 168, () => 0.4, 0],
    ['of two days', 48, (h: number) => 0.002 * h, 0.002],
    ['of less than two days', 47, (h: number) => 0.002 * h, 0],
    ['of the last week only', 336, (h: number) => 0.001 * Math.max(0, h - 168), 0.001],
    ['that was before the last week', 336, (h: number) => 0.001 * Math.min(168, h), 0],
    ['that began three days ago', 168, (h: number) => 0.004 * Math.max(0, h - 96), 0.004],
    ['that ended three days ago', 168, (h: number) => 0.004 * Math.min(96, h), 0],
    ['that ended two and a half days ago', 168, (h: number) => 0.004 * Math.min(112, h), 0],
    ['down that ended then', 168, (h: number) => 0.9 - 0.004 * Math.min(112, h), 0],
    ['that ended yesterday', 168, (h: number) => 0.004 * Math.min(140, h), 0.004],
    ['by a step', 168, (h: number) => (h < 80 ? 0.2 : 0.5), 0],
    ['by a step at last', 168, (h: number) => (h < 156 ? 0.2 : 0.5), 0],
    ['that is lost in what goes to and fro', 168, (h: number) => 0.0001 * h + 25 * noise(h), 0],
  ])('%s', (_, hours, cpu, expected) => {
    const found = perHour(hours, cpu);
    expect(found).toBeCloseTo(expected, 4);
    if (expected === 0) expect(trendOf(series(hours, (h) => cpu(h) + noise(h)))).toEqual({ per_hour: 0, score: 0 });
  });

  test('is as sure as it is steady', () => {
    const rising = trendOf(series(168, (h) => 0.001 * h));
    expect(rising.score).toBeGreaterThan(9);
    expect(trendOf(series(168, (h) => -0.001 * h)).score).toBeCloseTo(-rising.score, 6);
  });

  test('needs two days that were seen', () => {
    const seen = (hours: number) =>
      trendOf(series(168, (h) => (h < 168 - hours ? Number.NaN : 0.002 * h + noise(h)))).per_hour;
    expect([44, 48].map(seen)).toEqual([0, expect.closeTo(0.002, 4)]);
  });
});

describe('beside a day', () => {
  const office = (h: number) => (h % 24 >= 8 && h % 24 < 18 ? 0.6 : 0.2);
  test('a trend is what the day does not explain', () => {
    expect(trendBesideDaily(series(168, (h) => office(h) + 0.001 * h)).per_hour).toBeCloseTo(0.001, 4);
    expect(trendBesideDaily(series(168, office))).toEqual({ per_hour: 0, score: 0 });
  });
  test('nothing is said of less than two days', () => {
    expect(trendBesideDaily(series(47, (h) => 0.01 * h))).toEqual({ per_hour: 0, score: 0 });
    expect(trendBesideDaily(series(48, (h) => 0.01 * h)).per_hour).toBeGreaterThan(0);
  });
});

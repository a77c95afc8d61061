import { describe, expect, test } from 'vitest';
import { findTrend } from './find-trend.ts';
import { emptyHistory } from './remember-node.ts';

/** Readings every so many seconds. */
const seen = (step: number, cpu: number[], mem: (i: number) => number = () => 0.5) => ({
  ...emptyHistory('a'),
  recent: cpu.map((value, i): [number, number, number] => [1000 + i * step, value, mem(i)]),
});
const line = (n: number, from: number, by: number) => Array.from({ length: n }, (_, i) => from + i * by);

describe('a trend', () => {
  test('is a slope per hour, carried an hour on from the mean of the last six readings', () => {
    const trend = findTrend(
      seen(300, line(12, 0.3, 0.01), (i) => 0.9 - i / 100),
      0.99,
    );
    expect(trend).toEqual({
      cpu_per_hour: expect.closeTo(0.12, 9),
      mem_per_hour: expect.closeTo(-0.12, 9),
      direction: 'rising',
      cpu_in_one_hour: expect.closeTo(0.385 + 0.12, 9),
      samples: 12,
    });
  });
  test('falls to nothing at most', () => {
    const trend = findTrend(seen(300, line(12, 0.3, -0.02)), 0);
    expect([trend.direction, trend.cpu_in_one_hour]).toEqual(['falling', 0]);
  });
  test.each([
    ['nine readings', seen(300, line(9, 0.3, 0.01)), 9],
    ['less than half an hour', seen(150, line(12, 0.3, 0.01)), 12],
    ['nothing', seen(300, []), 0],
  ])('is not known of %s', (_, history, samples) => {
    expect(findTrend(history, 0.42)).toEqual({
      cpu_per_hour: 0,
      mem_per_hour: 0,
      direction: 'unknown',
      cpu_in_one_hour: 0.42,
      samples,
    });
  });
  test('is known of ten readings over half an hour', () => {
    expect(findTrend(seen(200, line(10, 0.3, 0.01)), 0).direction).toBe('rising');
  });
  const noisy = (cpu: number[]) => cpu.map((value, i) => value + 0.01 * Math.sin(i * 97.3));
  test.each([6, 12, 18, 24, 30])('one step is none, though it be %i readings ago', (after) => {
    const step = Array.from({ length: 36 }, (_, i) => (i < 36 - after ? 0.97 : 0.7));
    expect(findTrend(seen(300, noisy(step)), 0.7)).toMatchObject({ direction: 'flat' });
    const up = step.map((cpu) => 1.5 - cpu);
    expect(findTrend(seen(300, noisy(up)), 0.7)).toMatchObject({ direction: 'flat' });
  });
  test.each([10, 14])('what has ended is none any more, %i readings later', (after) => {
    const fell = [...line(36 - after, 0.95, -0.01), ...Array<number>(after).fill(0.95 - 0.01 * (36 - after))];
    expect(findTrend(seen(300, noisy(fell)), 0.7).direction).toBe('flat');
    expect(findTrend(seen(300, noisy(fell.slice(0, 36 - after))), 0.7).direction).toBe('falling');
  });
  test('one that has begun an hour ago is one', () => {
    const begun = [...Array<number>(16).fill(0.9), ...line(14, 0.9, -0.01)];
    expect(findTrend(seen(300, noisy(begun)), 0.7).direction).toBe('falling');
  });
  test('of rare readings goes on from those of the last half hour', () => {
    const trend = findTrend(seen(3600, line(12, 0.9, -0.04)), 0);
    expect(trend).toMatchObject({ direction: 'falling', cpu_in_one_hour: expect.closeTo(0.9 - 12 * 0.04, 9) });
  });
  test.each([
    ['less than two points an hour', line(12, 0.5, 0.0016)],
    ['what goes up and down', line(12, 0.5, 0).map((v, i) => v + (i % 2) / 10)],
    ['what does not move', line(12, 0.5, 0)],
  ])('%s is none', (_, cpu) => {
    const trend = findTrend(seen(300, cpu), 0);
    expect(trend.direction).toBe('flat');
    expect(trend.cpu_in_one_hour).toBeCloseTo(cpu.slice(-6).reduce((sum, v) => sum + v, 0) / 6, 9);
  });
  test.each([
    ['seven of 45 pairs that go the other way may be chance no more', 7, 1, 'rising'],
    ['eight may', 8, 1, 'flat'],
    ['so falling', 7, -1, 'falling'],
    ['and eight', 8, -1, 'flat'],
  ])('%s', (_, pairs, sign, direction) => {
    const order = [...line(pairs, 1, 1), 0, ...line(9 - pairs, pairs + 1, 1)];
    const trend = findTrend(
      seen(
        300,
        order.map((v) => 0.5 + sign * v * 0.03),
      ),
      0,
    );
    expect(trend.direction).toBe(direction);
  });
});

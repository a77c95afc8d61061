import { chanceAbove0 } from '@evenkeel/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calibrate, chanceOf, confidence } from './confidence.ts';

const judged = (raw: number, good: number, all: number) =>
  Array.from({ length: all }, (_, i) => ({
    id: `${raw}-${i}`,
    at: i,
    guest: 'qemu/1',
    source: 'a',
    target: 'b',
    raw,
    verdict: i < good ? ('beneficial' as const) : ('harmful' as const),
  }));

describe('confidence', () => {
  test.each([
    [0, 1, 0.5],
    [1.645, 1, 0.95],
    [-1.645, 1, 0.05],
    [1, 0, 1],
  ])('chance of %s ± %s above 0', (mean, sd, expected) => expect(chanceAbove0(mean, sd)).toBeCloseTo(expected, 3));

  test('an interval that just touches 0 is 95 %', () =>
    expect(chanceOf({ expected: 10, low: 0, high: 20 })).toBeCloseTo(0.95, 3));

  test('without outcomes the raw chance stands', () =>
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (raw) => {
        expect(Math.abs(confidence(raw, calibrate([])) - 100 * raw)).toBeLessThan(0.3);
      }),
    ));

  test.each([
    [0.9, 60, 100],
    [0.6, 90, 100],
    [0.8, 10, 100],
  ])('of moves given %s, %s of %s turned out well: the next is given about that', (raw, good, all) => {
    expect(Math.abs(confidence(raw, calibrate(judged(raw, good, all))) - (100 * good) / all)).toBeLessThan(12);
  });

  test('a few outcomes change little', () =>
    expect(Math.abs(confidence(0.85, calibrate(judged(0.85, 1, 3))) - 85)).toBeLessThan(10));

  test('what came counts before what it was called: a small gain is a gain', () => {
    const called = judged(0.6, 0, 100).map((m) => ({ ...m, verdict: 'neutral' as const }));
    const gained = called.map((m, i) => ({ ...m, gain: i < 90 ? 0.3 : -0.3 }));
    expect(confidence(0.6, calibrate(called))).toBeLessThan(60);
    expect(Math.abs(confidence(0.6, calibrate(gained)) - 90)).toBeLessThan(12);
  });

  test('a higher raw chance never means a lower confidence', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), { maxLength: 60 }),
        (rows) => {
          const calibration = calibrate(
            rows.flatMap(([raw, good], i) => judged(raw, good ? 1 : 0, 1).map((m) => ({ ...m, id: String(i) }))),
          );
          const said = [0.1, 0.3, 0.5, 0.7, 0.9].map((raw) => confidence(raw, calibration));
          expect([...said].sort((a, b) => a - b)).toEqual(said);
        },
      ),
    ));
});

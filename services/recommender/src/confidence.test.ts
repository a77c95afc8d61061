import { chanceAbove0 } from '@evenkeel/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calibrate, chancesOf, confidence } from './confidence.ts';

const of = (now: number, points: Parameters<typeof calibrate>[0], usual = now): number =>
  confidence({ now, usual }, calibrate(points));

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

  test('an interval that just touches 0 is 95 %, now as usual', () => {
    const { now, usual } = chancesOf({ expected: 10, low: 0, high: 20 });
    expect([now, usual]).toEqual([expect.closeTo(0.95, 3), now]);
  });

  test('chances that were said stand, whatever the interval', () =>
    expect(chancesOf({ expected: 10, low: 0, high: 20, chances: { now: 0.9, usual: 0.6 } })).toEqual({
      now: 0.9,
      usual: 0.6,
    }));

  test.each([
    ['certain now and usually', 1, 1, 80, 90],
    ['likely now and usually', 0.9, 0.9, 70, 80],
    ['likely now, an even chance usually', 0.9, 0.5, 55, 70],
    ['likely now, unlikely usually', 0.9, 0.1, 45, 55],
    ['unlikely now and usually', 0.1, 0.1, 20, 30],
  ])('without outcomes: %s', (_, now, usual, least, most) => {
    expect(of(now, [], usual)).toBeGreaterThanOrEqual(least);
    expect(of(now, [], usual)).toBeLessThanOrEqual(most);
  });

  test.each([
    [0.9, 60, 100],
    [0.6, 90, 100],
    [0.8, 10, 100],
  ])('of moves given %s, %s of %s turned out well: the next is given about that', (raw, good, all) => {
    expect(Math.abs(of(raw, judged(raw, good, all)) - (100 * good) / all)).toBeLessThan(12);
  });

  test('a few outcomes change little', () =>
    expect(Math.abs(of(0.85, judged(0.85, 1, 3)) - of(0.85, []))).toBeLessThan(10));

  test('gains that are lost in the noise are no benefit, however many', () => {
    const neutral = judged(0.7, 0, 200).map((m) => ({ ...m, verdict: 'neutral' as const, gain: 0.3 }));
    expect(of(0.7, neutral)).toBeLessThan(10);
    expect(of(0.7, neutral)).toBe(of(0.7, judged(0.7, 0, 200)));
  });

  test('where unusual loads stay, what is now comes to count, and where they pass, what is usual', () => {
    const unusual = (good: number) => judged(0.95, good, 60).map((m) => ({ ...m, usual: 0.1 }));
    const both = judged(0.95, 57, 60);
    const stay = calibrate([...both, ...unusual(57)]);
    const pass = calibrate([...both, ...unusual(6)]);
    expect(confidence({ now: 0.95, usual: 0.1 }, stay)).toBeGreaterThan(80);
    expect(confidence({ now: 0.95, usual: 0.1 }, pass)).toBeLessThan(30);
    expect(pass.usual).toBeGreaterThan(stay.usual);
  });

  test('a higher raw chance never means a lower confidence', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), { maxLength: 60 }),
        (rows) => {
          const calibration = calibrate(
            rows.flatMap(([raw, good], i) => judged(raw, good ? 1 : 0, 1).map((m) => ({ ...m, id: String(i) }))),
          );
          const said = [0.1, 0.3, 0.5, 0.7, 0.9].map((now) => confidence({ now, usual: 0.5 }, calibration));
          expect([...said].sort((a, b) => a - b)).toEqual(said);
        },
      ),
    ));
});

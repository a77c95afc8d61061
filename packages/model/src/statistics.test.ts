import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviation, known, mean, median, quantile, robustDeviation, selectInPlace } from './statistics.ts';

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

test('selecting is sorting and picking', () => {
  fc.assert(
    fc.property(numbers, fc.nat(), (values, k) => {
      const rank = k % values.length;
      const sorted = Float64Array.from(values).sort();
      expect(selectInPlace(Float64Array.from(values), rank) === sorted[rank]).toBe(true);
    }),
  );
});

test.each([
  [0.5, 3],
  [0.2, 1],
  [0.95, 5],
  [0, 1],
  [1, 5],
])('quantile %d of 1 to 5, holes left out, is %d', (share, expected) => {
  expect(quantile([5, Number.NaN, 3, 1, 4, 2], share)).toBe(expected);
});

describe('of nothing', () => {
  test.each([mean, deviation, median, robustDeviation])('%o is not a number', (statistic) => {
    expect(statistic([Number.NaN])).toBeNaN();
  });
});

test('means and deviations leave holes out', () => {
  const values = [2, Number.NaN, 4, 4, 4, 5, 5, 7, 9];
  expect(mean(values)).toBe(5);
  expect(deviation(values)).toBe(2);
  expect([...known(values)]).toEqual([2, 4, 4, 4, 5, 5, 7, 9]);
});

test('one wild value does not move the robust deviation', () => {
  expect(robustDeviation([1, 2, 3, 4, 1000])).toBeCloseTo(1.4826, 4);
  expect(robustDeviation([2, 4, 6, 8, 1000])).toBeCloseTo(2 * 1.4826, 4);
});

import { expect, test } from 'vitest';
import { significant, significantEach } from './rounding.ts';

test.each([
  [0, 3, 0],
  [0.123456, 3, 0.123],
  [-0.123456, 2, -0.12],
  [99.96, 3, 100],
  [123_456, 3, 123_000],
  [4_294_967_296, 4, 4_295_000_000],
  [1, 2, 1],
  [1.6e-30, 1, 2e-30],
  [1.26e30, 2, 1.3e30],
  [Number.NaN, 2, Number.NaN],
  [Number.POSITIVE_INFINITY, 2, Number.POSITIVE_INFINITY],
])('%d to %d digits is %d', (value, digits, expected) => expect(significant(value, digits)).toBe(expected));

test('all that is known of a metric, and nothing else', () => {
  const least = { min: 0.1234, max: 0.9876, mean: 0.5555, p95: 0.9444, sd: 0.0333 };
  const short = { min: 0.12, max: 0.99, mean: 0.56, p95: 0.94, sd: 0.033 };
  expect(significantEach(least, 2)).toEqual(short);
  expect(significantEach({ ...least, hour: 0.111, day: 0.222, week: 0.333 }, 2)).toEqual({
    ...short,
    hour: 0.11,
    day: 0.22,
    week: 0.33,
  });
});

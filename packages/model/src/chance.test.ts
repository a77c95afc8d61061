import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceAbove0 } from './chance.ts';

test.each([
  [0, 1, 0.5],
  [1, 1, 0.841344746],
  [-1, 1, 0.158655254],
  [2, 1, 0.977249868],
  [1, 2, 0.691462461],
  [-30, 10, 0.001349898],
])('mean %d, deviation %d: %d', (mean, sd, chance) => {
  expect(chanceAbove0(mean, sd)).toBeCloseTo(chance, 6);
});

test.each([
  [3, 1],
  [0, 0],
  [-3, 0],
])('a mean of %d that is certain: %d', (mean, chance) => {
  expect(chanceAbove0(mean, 0)).toBe(chance);
});

test('law: chances of above and below add up, and rise with the mean', () => {
  const mean = fc.double({ min: -5, max: 5, noNaN: true });
  fc.assert(
    fc.property(mean, mean, (a, b) => {
      expect(chanceAbove0(a, 1) + chanceAbove0(-a, 1)).toBeCloseTo(1, 6);
      expect(chanceAbove0(Math.max(a, b), 1)).toBeGreaterThanOrEqual(chanceAbove0(Math.min(a, b), 1) - 1e-7);
    }),
  );
});

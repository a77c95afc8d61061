import { expect, test } from 'vitest';
import { byText } from './by-text.ts';

test.each([
  ['a', 'b', -1],
  ['b', 'a', 1],
  ['a', 'a', 0],
  ['Z', 'a', -1],
  ['pve10', 'pve2', -1],
])('%s and %s: %d', (a, b, order) => {
  expect(byText(a, b)).toBe(order);
});

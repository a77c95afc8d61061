import { expect, test } from 'vitest';
import { figures } from './figures.ts';

test('numbers keep five significant digits, whole numbers and everything else all of it', () => {
  expect(figures({ a: [1.234567, -0.00012345678, 4_123_456_789], b: 'x', c: { d: null, e: true, f: 2 / 3 } })).toEqual({
    a: [1.2346, -0.00012346, 4_123_456_789],
    b: 'x',
    c: { d: null, e: true, f: 0.66667 },
  });
});

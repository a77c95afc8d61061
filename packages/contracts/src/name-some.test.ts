import { expect, test } from 'vitest';
import { nameSome } from './name-some.ts';

test.each([
  [[], 2, undefined, ''],
  [['a', 'b'], 2, undefined, 'a, b'],
  [['a', 'b', 'c'], 2, undefined, 'a, b and 1 more'],
  [['a', 'b', 'c', 'd'], 2, ' and ', 'a and b and 2 more'],
])('of %j at most %d are named', (names, most, between, said) => expect(nameSome(names, most, between)).toBe(said));

import { expect, test } from 'vitest';
import { checkRest } from './check-rest.ts';
import { drawCase } from './draw-case.ts';
import { playCase } from './play-case.ts';

const cases = Array.from({ length: 30 }, (_, i) => i + 1);
/** Needed others to make room: for a rule, for a pin, for a drain. */
const tight = [25, 172, 175];

test.each([...cases, ...tight])('at constant load moves end, and then all is in order: case %i', async (seed) => {
  const given = drawCase(seed);
  expect(checkRest(given, await playCase(given))).toEqual([]);
});

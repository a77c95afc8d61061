import type { Horizon } from '@evenkeel/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { latestLook } from './latest-look.ts';

type Look = { horizon: Horizon; id: string; at: string };
const look = (id: string, at: string, horizon: Horizon = '5m'): Look => ({ horizon, id, at });

test('each move counts once, by its latest look', () => {
  const looks = [look('a', '2', '1h'), look('a', '2', '5m'), look('b', '1', '5m'), look('b', '1', '24h')];
  expect(latestLook(looks, (l) => l)).toEqual([look('b', '1', '24h'), look('a', '2', '1h')]);
});

test('the order in which looks are read does not matter, not even of moves at the same time', () => {
  const looks = [look('c', '1'), look('a', '1'), look('b', '1'), look('d', '0')];
  fc.assert(
    fc.property(fc.shuffledSubarray(looks, { minLength: looks.length }), (shuffled) => {
      expect(latestLook(shuffled, (l) => l).map(({ id }) => id)).toEqual(['d', 'a', 'b', 'c']);
    }),
  );
});

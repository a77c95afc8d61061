import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ranksLower, successRate } from './success-rate.ts';
import { iso } from './time.ts';

const noon = Date.parse('2026-07-15T12:00:00Z');
type Said = [daysAgo: number, verdict: 'beneficial' | 'neutral' | 'harmful' | 'failed'];
const rateOf = (...verdicts: Said[]) =>
  successRate(
    verdicts.map(([days, verdict]) => ({ at: iso(noon - days * 86_400_000), verdict })),
    noon,
  );

test.each<{ name: string; verdicts: Said[]; rate: number }>([
  { name: 'the prior', verdicts: [], rate: 0.5 },
  { name: 'one success', verdicts: [[0, 'neutral']], rate: 2 / 3 },
  { name: 'one failure', verdicts: [[0, 'failed']], rate: 1 / 3 },
  { name: 'half its weight after 14 days', verdicts: [[14, 'beneficial']], rate: 1.5 / 2.5 },
  { name: 'an eighth of it after 42', verdicts: [[42, 'harmful']], rate: 1 / 2.125 },
  { name: 'nothing later', verdicts: [[42.1, 'harmful']], rate: 0.5 },
])('$name', ({ verdicts, rate }) => {
  expect(rateOf(...verdicts).rate).toBeCloseTo(rate, 10);
});

test('law: a success never lowers the rate, a failure never raises it', () => {
  const verdict = fc.constantFrom('beneficial', 'neutral', 'harmful', 'failed');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(60), verdict)), fc.nat(60), (known, days) => {
      const rate = (...more: Said[]) => rateOf(...(known as Said[]), ...more).rate;
      expect(rate([days, 'beneficial'])).toBeGreaterThanOrEqual(rate() - 1e-12);
      expect(rate([days, 'failed'])).toBeLessThanOrEqual(rate() + 1e-12);
    }),
  );
});

test.each<[verdicts: Said[], lower: boolean]>([
  [[[0, 'failed']], false],
  [
    [
      [0, 'failed'],
      [0, 'neutral'],
    ],
    true,
  ],
  [
    [
      [0, 'beneficial'],
      [0, 'neutral'],
    ],
    false,
  ],
])('after %j others go first: %s', (verdicts, lower) => {
  expect(ranksLower(rateOf(...verdicts))).toBe(lower);
});

test('those that were judged and those that were good are counted as they are, whatever they weigh', () => {
  expect(rateOf([0, 'beneficial'], [20, 'neutral'], [1, 'harmful'], [2, 'failed'], [50, 'beneficial'])).toMatchObject({
    judged: 4,
    good: 2,
  });
});

test('a record of 60 % is good', () => {
  expect(ranksLower({ judged: 3, good: 2, rate: 0.6 })).toBe(false);
  expect(ranksLower({ judged: 3, good: 2, rate: 0.59 })).toBe(true);
  expect(ranksLower({ judged: 1, good: 0, rate: 0.59 })).toBe(false);
});

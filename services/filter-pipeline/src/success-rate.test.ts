import fc from 'fast-check';
import { expect, test } from 'vitest';
import { givenJudged, noon } from './given.ts';
import { successRate } from './success-rate.ts';

test.each<{ name: string; verdicts: Parameters<typeof givenJudged>; rate: number }>([
  { name: 'the prior', verdicts: [], rate: 0.5 },
  { name: 'one success', verdicts: [[0, 'neutral']], rate: 2 / 3 },
  { name: 'one failure', verdicts: [[0, 'failed']], rate: 1 / 3 },
  { name: 'half its weight after 14 days', verdicts: [[14, 'beneficial']], rate: 1.5 / 2.5 },
  { name: 'nothing after 42 days', verdicts: [[42.1, 'harmful']], rate: 0.5 },
])('$name', ({ verdicts, rate }) => {
  expect(successRate(givenJudged(...verdicts), noon).rate).toBeCloseTo(rate, 10);
});

test('law: a success never lowers the rate, a failure never raises it', () => {
  const verdict = fc.constantFrom('beneficial', 'neutral', 'harmful', 'failed');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(60), verdict)), fc.nat(60), (known, days) => {
      const rate = (...more: Parameters<typeof givenJudged>) =>
        successRate(givenJudged(...(known as Parameters<typeof givenJudged>), ...more), noon).rate;
      expect(rate([days, 'beneficial'])).toBeGreaterThanOrEqual(rate() - 1e-12);
      expect(rate([days, 'failed'])).toBeLessThanOrEqual(rate() + 1e-12);
    }),
  );
});

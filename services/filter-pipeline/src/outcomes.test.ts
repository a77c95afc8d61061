import type { JudgedMove } from '@evenkeel/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rememberJudged } from './outcomes.ts';

const judged = (n: number, horizon: JudgedMove['horizon'], verdict: JudgedMove['verdict']): JudgedMove => ({
  migration_id: `m-${n}`,
  guest: 'qemu/101',
  at: `2026-07-0${n}T00:00:00Z`,
  horizon,
  verdict,
});
const told = [
  judged(1, '5m', 'harmful'),
  judged(1, '1h', 'neutral'),
  judged(1, '24h', 'beneficial'),
  judged(2, '5m', 'harmful'),
  judged(3, 'failed', 'failed'),
  judged(4, '5m', 'neutral'),
  judged(4, '1h', 'harmful'),
];
const remember = (facts: readonly JudgedMove[]) =>
  facts.reduce<JudgedMove[]>((known, fact) => rememberJudged(known, fact, 3), []);

test('law: the latest horizon of the latest migrations, in whatever order they are told', () => {
  const expected = [judged(2, '5m', 'harmful'), judged(3, 'failed', 'failed'), judged(4, '1h', 'harmful')];
  fc.assert(
    fc.property(fc.shuffledSubarray([...told, ...told], { minLength: 14 }), (facts) => {
      expect(remember(facts)).toEqual(expected);
    }),
  );
});

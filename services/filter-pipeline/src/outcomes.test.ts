import type { JudgedMove, Outcome } from '@evenkeel/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgedOf, rememberJudged } from './outcomes.ts';

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

test.each([
  { about: { mandatory: false }, verdict: 'harmful' },
  { about: { mandatory: true }, verdict: undefined },
  { about: { purpose: 'distribution' as const }, verdict: undefined },
])('what was not made for what it brings teaches nothing: $about', ({ about, verdict }) => {
  const estimate = { expected: 1, low: 1, high: 1 };
  const outcome: Outcome = {
    migration_id: 'm-1',
    cluster: 'lab',
    horizon: '1h',
    guest: 'qemu/101',
    vmid: 101,
    name: 'x',
    source_node: 'pve1',
    target_node: 'pve2',
    completed_at: '2026-07-01T00:00:00Z',
    judged_at: '2026-07-01T01:00:00Z',
    expected_gain: estimate,
    verdict: 'harmful',
    ...about,
    confidence_score: 80,
    target_cpu: {},
    duration_seconds: { predicted: estimate },
    downtime_seconds: { predicted: estimate },
  };
  expect(judgedOf(outcome)?.verdict).toBe(verdict);
});

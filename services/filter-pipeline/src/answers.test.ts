import type { Answer, Recommendation } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { type Answers, approver, rejection, rememberAnswer } from './answers.ts';
import { type Different, givenConfig, givenRecommendation, noon } from './testing/given.ts';

const at = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();
const config = givenConfig();
const answer = (different: Partial<Answer> = {}): Answer => ({
  command_id: 'c',
  guest: 'qemu/101',
  source_node: 'pve1',
  target_node: 'pve2',
  answer: 'approve',
  by: 'anna',
  reason: '',
  at: at(0),
  ...different,
});
const known = (...all: Answer[]): Answers => Object.fromEntries(all.map((a) => [a.guest, a]));

test.each<[string, Answers, Different<Recommendation>, number, string | undefined]>([
  ['the very move', known(answer()), {}, 5, 'anna'],
  ['later than it holds', known(answer()), {}, 5.1, undefined],
  ['another target', known(answer({ target_node: 'pve3' })), {}, 1, undefined],
  ['another source', known(answer({ source_node: 'pve3' })), {}, 1, undefined],
  ['another guest', known(answer({ guest: 'qemu/102' })), {}, 1, undefined],
  ['one that it goes along with', known(answer({ guest: 'qemu/102' })), { companions: ['qemu/102'] }, 1, 'anna'],
  ['a rejection', known(answer({ answer: 'reject' })), {}, 1, undefined],
])('an approval of %s', (_, answers, different, minutes, by) => {
  expect(approver(givenRecommendation(different), { answers, now: noon + minutes * 60_000, config })).toBe(by);
});

test.each([
  [
    'half an hour',
    answer({ answer: 'reject', reason: 'backup runs' }),
    29,
    'rejected by anna at 2026-07-15T12:00:00.000Z: backup runs; it is left alone until 2026-07-15T12:30:00.000Z',
  ],
  ['no longer', answer({ answer: 'reject' }), 31, undefined],
  ['an approval is none', answer(), 1, undefined],
] as const)('a rejection holds for %s', (_, said, minutes, reason) => {
  expect(rejection('qemu/101', { answers: known(said), now: noon + minutes * 60_000, config })).toBe(reason);
});

test('the latest answer of a guest counts, what no longer holds is forgotten, and there are never too many', () => {
  const occasion = { now: noon + 10 * 60_000, config };
  const first = rememberAnswer(
    { entries: { 'qemu/102': answer({ guest: 'qemu/102' }) } },
    answer({ at: at(9) }),
    occasion,
  );
  expect(Object.keys(first.entries)).toEqual(['qemu/101']);
  const second = rememberAnswer(first, answer({ answer: 'reject', at: at(10) }), occasion);
  expect(second.entries['qemu/101']).toMatchObject({ answer: 'reject' });
  const many = Array.from({ length: 300 }, (_, i) => answer({ guest: `qemu/${1000 + i}`, at: at(10) }));
  const kept = many.reduce((before, a) => rememberAnswer(before, a, occasion), second);
  expect(Object.keys(kept.entries)).toHaveLength(200);
});

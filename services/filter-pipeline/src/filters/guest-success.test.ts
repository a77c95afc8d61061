import { expect, test } from 'vitest';
import { ask, givenCandidate, givenJudged } from '../testing/given.ts';
import { guestSuccess, hasPoorRecord } from './guest-success.ts';

const record = (...verdicts: Parameters<typeof givenJudged>) => ({
  facts: { outcomes: new Map([['qemu/101', givenJudged(...verdicts)]]) },
});

test.each([
  { name: 'no history', given: {}, says: 'passed', lower: false },
  { name: 'one is not enough', given: record([0, 'failed']), says: 'passed', lower: false },
  {
    name: 'two bad ones',
    given: record([0, 'failed'], [0, 'harmful']),
    says: 'filtered: 0 of its 2 judged migrations turned out well, success rate 25% of 30% needed',
    lower: true,
  },
  {
    name: 'between 30 and 60 %: ranked lower only',
    given: record([0, 'harmful'], [0, 'neutral']),
    says: 'passed',
    lower: true,
  },
  { name: 'good', given: record([0, 'beneficial'], [0, 'neutral']), says: 'passed', lower: false },
  { name: 'two bad ones fade', given: record([9, 'failed'], [9, 'harmful']), says: 'passed', lower: true },
])('$name', ({ given, says, lower }) => {
  expect(ask(guestSuccess, given)).toBe(says);
  expect(hasPoorRecord(...givenCandidate(given))).toBe(lower);
});

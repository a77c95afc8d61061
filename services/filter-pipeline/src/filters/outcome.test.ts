import { expect, test } from 'vitest';
import { ask, givenJudged } from '../testing/given.ts';
import { outcome } from './outcome.ts';

const pair = (...verdicts: Parameters<typeof givenJudged>) => ({
  facts: { pairs: new Map([['pve1>pve2', givenJudged(...verdicts)]]) },
});

test.each([
  { name: 'no history', given: {}, says: 'passed' },
  { name: 'two are not enough', given: pair([1, 'harmful'], [1, 'harmful']), says: 'passed' },
  {
    name: '[P09] three bad ones are',
    given: pair([0, 'harmful'], [0, 'failed'], [0, 'harmful']),
    says: 'filtered: pve1->pve2: 0 of 3 judged migrations turned out well, success rate 20% of 50% needed',
  },
  {
    name: 'half are well',
    given: pair([0, 'harmful'], [0, 'neutral'], [0, 'harmful'], [0, 'beneficial']),
    says: 'passed',
  },
  {
    name: 'later success outweighs earlier harm',
    given: pair([28, 'harmful'], [28, 'harmful'], [0, 'beneficial']),
    says: 'passed',
  },
  {
    name: '[P32] nothing is blocked for ever',
    given: pair([43, 'harmful'], [43, 'harmful'], [43, 'harmful']),
    says: 'passed',
  },
  {
    name: 'the way back is another pair',
    given: { ...pair([0, 'failed'], [0, 'failed'], [0, 'failed']), recommendation: { target_node: 'pve3' } },
    says: 'passed',
  },
])('$name', ({ given, says }) => {
  expect(ask(outcome, given)).toBe(says);
});

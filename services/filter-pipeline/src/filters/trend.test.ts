import { expect, test } from 'vitest';
import { ask, givenScore } from '../testing/given.ts';
import { trend } from './trend.ts';

const source = (direction: string, cpu_in_one_hour: number, exceeded = ['cpu']) => ({
  run: {
    scores: [givenScore('pve1', 0.7, { trend: { direction, cpu_in_one_hour, cpu_per_hour: -0.2 }, exceeded } as never)],
  },
});

test.each([
  {
    name: 'falls below its threshold soon',
    given: source('falling', 0.5),
    says: 'deferred: source CPU trend falling: -20% an hour, 50% in an hour against a threshold of 60%',
  },
  { name: 'falls, but not far enough', given: source('falling', 0.61), says: 'passed' },
  { name: 'flat', given: source('flat', 0.5), says: 'passed' },
  { name: 'unknown', given: source('unknown', 0.5), says: 'passed' },
  { name: 'memory is what troubles it', given: source('falling', 0.5, ['cpu', 'mem']), says: 'passed' },
  { name: 'no score of the source', given: { run: { scores: [] } }, says: 'passed' },
])('$name', ({ given, says }) => {
  expect(ask(trend, given)).toBe(says);
});

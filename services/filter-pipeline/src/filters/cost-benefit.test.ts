import { expect, test } from 'vitest';
import { ask } from '../testing/given.ts';
import { costBenefit } from './cost-benefit.ts';

test.each([
  { name: 'worth it', recommendation: { cost_benefit_ratio: 1 }, says: 'passed' },
  {
    name: '[P31] a giant whose move costs hours',
    recommendation: { cost_benefit_ratio: 0.42, cost: { points: 900, duration_seconds: { expected: 36_000 } } },
    says: 'filtered: benefit 0.42 of its cost, 1 needed (20 points for 24 h against 900, 10 h of migration)',
  },
  {
    name: 'not a number is no',
    recommendation: { cost_benefit_ratio: Number.NaN },
    says: 'filtered: benefit NaN of its cost, 1 needed (20 points for 24 h against 2, 1 s of migration)',
  },
])('$name', ({ recommendation, says }) => {
  expect(ask(costBenefit, { recommendation })).toBe(says);
});

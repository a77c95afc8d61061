import { expect, test } from 'vitest';
import { mostError } from './cost-rows.ts';
import { meanError, measureCosts } from './measure-costs.ts';

test.each([5, 6])(
  'after twenty migrations on a path the next are foretold within a tenth, cluster %i',
  { timeout: 120_000 },
  async (seed) => {
    const costs = await measureCosts(seed);
    expect(costs.length).toBeGreaterThanOrEqual(20);
    expect(meanError(costs), JSON.stringify(costs)).toBeLessThanOrEqual(mostError);
  },
);

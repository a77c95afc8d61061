import { expect, test } from 'vitest';
import { steps } from '../ladder.ts';

test('the order and the toggles are those of the seed', () => {
  expect(steps.map(({ order, name, toggle }) => `${order} ${name} ${toggle ?? 'always'}`)).toEqual([
    '0 persistence enabled',
    '1 cooldown always',
    '2 rollback always',
    '3 cycle cycle_detection_enabled',
    '4 confidence always',
    '5 conflict always',
    '6 risk risk_gating_enabled',
    '7 trend trend_awareness_enabled',
    '8 outcome outcome_learning_enabled',
    '9 pattern pattern_suppression_enabled',
    '10 tags_and_affinity always',
    '11 cost_benefit cost_benefit_enabled',
    '12 guest_success guest_success_tracking_enabled',
    '13 improvement always',
    '14 safety always',
  ]);
});

import { recommended } from '@evenkeel/contracts';
import { aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { askedOf } from './best-move.ts';
import { planWith } from './testing/plan-with.ts';

const preset = recommended.penalty_config!.newcomer_markup;

describe('what is asked of a move', () => {
  const askedAt = (newcomer_markup: number | undefined, hours: number, cpu = 0.5) => {
    const penalty_config = { min_score_improvement: 4, newcomer_markup };
    const guest = aGuest(101, 'a', { cpu, maxcpu: 16 });
    const cost_model = { benefit_horizon_hours: 24 };
    return askedOf(planWith([aNode('a'), aNode('b')], [guest], { config: { penalty_config, cost_model } }), 0, hours);
  };
  test.each([
    ['one hour, without a markup', 0, 1, 4],
    ['one hour, by default', undefined, 1, 4],
    ['one hour, as recommended', preset, 1, 4 * (1 + 3 - 3 / 24)],
    ['two hours, as recommended', preset, 2, 4 * (1 + 3 / 2 - 3 / 24)],
    ['two hours, distrusted more', 6, 2, 4 * (1 + 6 / 2 - 6 / 24)],
    ['as long as a move is to pay', preset, 24, 4],
    ['longer than a move is to pay', preset, 48, 4],
  ])('of a load that was seen for %s', (_, markup, hours, points) => {
    expect(askedAt(markup, hours)).toBeCloseTo(points, 9);
  });

  test('is no more for a newcomer where its node is over its cap', () => {
    expect([askedAt(0, 1, 0.95), askedAt(preset, 1, 0.95)]).toEqual([1, 1]);
  });
});

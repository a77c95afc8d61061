import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aRecommendation } from '../testing/a-recommendation.ts';
import { determineAction, type Found, reasonFor } from './determine-action.ts';
import type { Usage } from './usage-of.ts';

const usage = (current: number, average: number, peak: number, more: Partial<Usage> = {}): Usage => ({
  current,
  average,
  peak,
  ...more,
});
/** What the recommender found, made where it is asked for. */
const better: Found = {
  get move() {
    return aRecommendation();
  },
};
const sayWhy = (resource: 'cpu' | 'memory', given: Usage, found: Found = {}): string =>
  reasonFor(resource, given, found, determineAction(resource, given, found));
const worse: Found = {
  get move() {
    return aRecommendation({ score_improvement: -1 });
  },
};
const busier: Found = {
  get move() {
    return aRecommendation({ target_cpu: 0.95 });
  },
};

test.each([
  ['hot, and a node is better', usage(0.76, 0.71, 0.9), better, 'migrate', 0.5],
  ['hot, foreseeably', usage(0.76, 0.71, 0.9, { forecast_accuracy: 0.81 }), better, 'migrate', 0.5],
  ['hot, but hardly foreseeable', usage(0.76, 0.71, 0.9, { forecast_accuracy: 0.8 }), better, 'scale_up', 1],
  ['hot in the mean only', usage(0.75, 0.71, 0.7), better, 'no_action', 0.75],
  ['hot now only', usage(0.9, 0.7, 0.75), better, 'no_action', 0.9],
  ['hot, and no node is found', usage(0.8, 0.75, 0.82), {}, 'scale_up', 0.984],
  ['hot, and the move makes it worse', usage(0.8, 0.75, 0.9), worse, 'scale_up', 1],
  ['hot, and the other node is busier still', usage(0.8, 0.75, 0.9), busier, 'scale_up', 1],
  ['a peak of 80 %', usage(0.5, 0.5, 0.8), better, 'no_action', 0.5],
  ['a peak above', usage(0.5, 0.5, 0.81), better, 'scale_up', 0.972],
  ['idle', usage(0.1, 0.2, 0.44), {}, 'scale_down', 0.26],
  ['idle but for now', usage(0.4, 0.1, 0.44), {}, 'scale_down', 0.4],
  ['nearly unused', usage(0, 0.01, 0.02), {}, 'scale_down', 0.1],
  ['a mean of 30 %', usage(0.3, 0.3, 0.4), {}, 'no_action', 0.3],
  ['idle but for its peak', usage(0.1, 0.1, 0.45), {}, 'no_action', 0.1],
])('CPU: %s', (_, given, found, action, target) => {
  const done = determineAction('cpu', given, found);
  expect(done.action).toBe(action);
  expect(done.target).toBeCloseTo(target, 9);
});

test('memory never migrates, and what counts the cache asks for nothing', () => {
  expect(determineAction('memory', usage(0.9, 0.9, 0.95), better).action).toBe('scale_up');
  const cached = usage(0.9, 0.9, 0.95, { with_cache: true });
  expect(determineAction('memory', cached).action).toBe('no_action');
  expect(sayWhy('memory', cached)).toContain('cache counts as used');
  expect(determineAction('memory', usage(0.1, 0.1, 0.2, { with_cache: true })).action).toBe('scale_down');
});

test('where a busy guest stays, it says why', () => {
  expect(sayWhy('cpu', usage(0.9, 0.8, 0.95), { staying: 'it is tagged ignore' })).toBe(
    'CPU 90 % now, 80 % in the mean, 95 % at its peak: its peak is above 80 %; no other node is better for it (it is tagged ignore)',
  );
});

test('a target is always a fraction, and more peak never means a smaller size', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(share, share, share, (current, average, peak) => {
      const { action, target } = determineAction('cpu', usage(current, average, peak));
      expect(target).toBeGreaterThanOrEqual(0);
      expect(target).toBeLessThanOrEqual(1);
      if (determineAction('cpu', usage(current, average, Math.min(1, peak + 0.4))).action === 'scale_down')
        expect(action).toBe('scale_down');
    }),
  );
});

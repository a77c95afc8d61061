import { type Config, type Counterfactual, RecommenderMemory } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { calibrate, confidence } from './confidence.ts';
import { emptyMemory } from './remember.ts';
import { calibrationPoints, rememberHeld } from './remember-held.ts';

const noon = Date.parse('2026-03-01T12:00:00Z');
const held = (id: string, verdict: Counterfactual['verdict'], minutes = 0): Counterfactual => ({
  counterfactual_id: id,
  cluster: 'lab',
  horizon: '1h',
  guest: 'qemu/1',
  vmid: 1,
  name: 'web',
  source_node: 'a',
  target_node: 'b',
  held_by: { order: 4, filter: 'confidence', action: 'filtered' },
  held_at: new Date(noon).toISOString(),
  judged_at: new Date(noon + minutes * 60_000).toISOString(),
  expected_gain: { expected: 10, low: 0, high: 20 },
  would_have_gained: 0,
  error: -10,
  verdict,
  confidence_score: 60,
  cost_benefit_ratio: 2,
});
const after = (memory: RecommenderMemory, all: Counterfactual[]) => all.reduce(rememberHeld, memory);

type Learning = Pick<Config['intelligent_migrations'], 'counterfactual_learning_enabled'>;
const learning: Learning = { counterfactual_learning_enabled: true };
const madeOnly: Learning = { counterfactual_learning_enabled: false };
const made = (id: string, verdict: string, days = 0) => ({
  id,
  at: noon / 1000 + days * 86_400,
  guest: 'qemu/2',
  source: 'a',
  target: 'b',
  raw: 0.9,
  verdict,
});
const minutes = (n: number) => noon + n * 60_000;
const days = (n: number) => minutes(n * 24 * 60);

describe('moves that were held back', () => {
  test('count by their latest judgement, in any order, and are bounded', () => {
    const [early, late] = [held('m', 'harmful', 5), held('m', 'beneficial', 60)];
    for (const told of [
      [early, late],
      [late, early],
    ])
      expect(after(emptyMemory, told).held).toMatchObject([{ id: 'm', verdict: 'beneficial' }]);
    const many = after(
      emptyMemory,
      Array.from({ length: 250 }, (_, i) => held(`m${i}`, 'neutral', i)),
    );
    expect([many.held!.length, many.held![0]!.id]).toEqual([200, 'm50']);
    expect(RecommenderMemory.parse(many)).toEqual(many);
  });

  test('say nothing of their guest', () => expect(after(emptyMemory, [held('m', 'harmful')]).judged).toEqual([]));

  test('count once they have settled, so that it does not matter when they were told', () => {
    const memory = after(emptyMemory, [held('m', 'harmful', 0), held('n', 'harmful', 5)]);
    const known = (after: number) => calibrationPoints(memory, minutes(after), learning).length;
    expect([9, 10, 15].map(known)).toEqual([0, 1, 2]);
  });

  test('teach confidence, and less than as many that were made', () => {
    const memory = after(
      emptyMemory,
      Array.from({ length: 40 }, (_, i) => held(`m${i}`, 'harmful', i)),
    );
    const points = calibrationPoints(memory, minutes(100), learning);
    const [naive, taught, moved] = [[], points, points.map(({ weight, ...point }) => point)].map((all) =>
      confidence({ now: 0.95, usual: 0.95 }, calibrate(all)),
    );
    expect(taught).toBeLessThan(naive! - 20);
    expect(moved).toBeLessThan(taught!);
  });

  test('teach nothing any more once that is switched off', () =>
    expect(calibrationPoints(after(emptyMemory, [held('m', 'harmful')]), minutes(100), madeOnly)).toEqual([]));

  test('go on teaching once moves were made and judged', () => {
    const memory = RecommenderMemory.parse({ ...emptyMemory, judged: [made('made', 'neutral')] });
    expect(calibrationPoints(after(memory, [held('m', 'harmful')]), minutes(100), learning)).toHaveLength(2);
  });
});

describe('what was judged', () => {
  const bad = RecommenderMemory.parse({
    ...emptyMemory,
    judged: Array.from({ length: 40 }, (_, i) => made(`m${i}`, 'harmful')),
  });
  const said = (memory: RecommenderMemory, now: number, settings = madeOnly) =>
    confidence({ now: 0.95, usual: 0.95 }, calibrate(calibrationPoints(memory, now, settings)));

  test('counts half as much after 14 days, made or held back', () => {
    const memory = after(RecommenderMemory.parse({ ...emptyMemory, judged: [made('m', 'neutral')] }), [
      held('h', 'harmful'),
    ]);
    const weights = (now: number) => calibrationPoints(memory, now, learning).map(({ weight }) => weight);
    expect(weights(days(14))).toEqual([0.5, 0.25]);
    expect(weights(days(28))).toEqual([0.25, 0.125]);
  });

  test('counts in full and no more where a clock lags behind', () =>
    expect(calibrationPoints(bad, days(-1), madeOnly)[0]!.weight).toBe(1));

  test('keeps no cluster from moving for ever, though nothing new is learned', () => {
    const atFirst = said(emptyMemory, noon);
    expect(said(bad, noon)).toBeLessThan(40);
    expect(said(bad, days(112))).toBeGreaterThan(atFirst - 3);
  });
});

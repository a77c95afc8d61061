import { chanceAbove0, z90 } from '@evenkeel/model';
import { aCluster, aConfig, aGuest, aNode, aProfile } from '@evenkeel/model/sample-cluster';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chancesOf, pointOf } from './confidence.ts';
import { gainWidths, missOf } from './gain-width.ts';
import { recommend } from './recommend.ts';
import { emptyMemory } from './remember.ts';

/** Misses as they are spread where intervals should be `times` as wide: the absolute values of a normal figure. */
const spreadOut = (times: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    let x = 0;
    while (2 * chanceAbove0(x, 1) - 1 < (i + 0.5) / count) x += 0.01;
    return x * times;
  });
const points = (misses: readonly number[], change = {}) => misses.map((miss) => ({ miss, weight: 1, ...change }));
const other = { guest: 'qemu/9', identity: 'other' };
const widthAfter = (...misses: number[]) => gainWidths(points(misses))(other);

describe('how far what was brought lies from what was promised', () => {
  test.each([
    ['below', 4, {}, 3],
    ['above', 14, {}, 1],
    ['of an interval that was told wider than it was computed', 4, { width: 3 }, 9],
  ])('%s', (_, actual, change, deviations) => {
    const miss = missOf({ expected: 10, low: 10 - 2 * z90, high: 10 + 4 * z90, ...change }, actual);
    expect(miss).toBeCloseTo(deviations, 2);
  });
});

describe('how wide an interval is told', () => {
  test('as computed, where nothing or little was judged', () => {
    expect(widthAfter()).toBe(1);
    expect(gainWidths([{ weight: 1 }, { weight: 1 }])(other)).toBe(1);
    expect(widthAfter(9)).toBeLessThan(1.3);
    expect(widthAfter(0)).toBeGreaterThan(0.99);
  });

  test('wider where three of three lay far outside: with as few, nine in ten would have held otherwise', () =>
    expect(widthAfter(3, 3.5, 4)).toBeGreaterThan(1.5));

  test.each([0.5, 1, 2, 4])('so that it holds nine times in ten, where misses are %d times those expected', (times) => {
    const seen = spreadOut(times, 300);
    const width = widthAfter(...seen);
    const inside = seen.filter((miss) => miss <= width * z90).length / seen.length;
    expect(inside).toBeGreaterThanOrEqual(0.895);
    if (times >= 1) expect(inside).toBeLessThanOrEqual(0.92);
    else expect(width).toBeLessThan(0.9);
  });

  test('narrower by many outcomes only', () => {
    expect(widthAfter(...spreadOut(0.3, 20))).toBeGreaterThan(0.9);
    expect(widthAfter(...spreadOut(0.3, 300))).toBeLessThan(0.8);
  });

  test('outcomes of long ago count less', () => {
    const seen = spreadOut(3, 30);
    const [fresh, old] = [1, 0.1].map((weight) => gainWidths(seen.map((miss) => ({ miss, weight })))(other));
    expect(old).toBeLessThan(fresh!);
    expect(old).toBeGreaterThan(1);
  });

  test('wider still for a guest whose own moves lay further off, though not for who has its number now', () => {
    const guest = { guest: 'qemu/7', identity: 'first' };
    const widths = gainWidths([...points(spreadOut(1, 200)), ...points([4, 5, 6, 7], guest)]);
    const usual = widths(other);
    expect(usual).toBeLessThan(1.2);
    expect(widths(guest)).toBeGreaterThan(1.3 * usual);
    expect(widths({ ...guest, identity: 'second' })).toBe(usual);
  });

  test('never narrower for one that lay further outside, in any order', () => {
    const some = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(some, fc.double({ min: 2, max: 20, noNaN: true }), (misses, miss) => {
        const width = widthAfter(...misses);
        expect(widthAfter(...[...misses].reverse())).toBe(width);
        expect(widthAfter(...misses.map((m) => m + miss))).toBeGreaterThanOrEqual(width);
        expect(width).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a run', () => {
  const sample = aCluster(
    [aNode('a'), aNode('b'), aNode('c')],
    Array.from({ length: 8 }, (_, i) => aGuest(101 + i, 'a', { cpu: 0.9, maxcpu: 2 })),
  );
  const at = Date.parse(sample.at) / 1000;
  const judged = (miss: number) =>
    Array.from({ length: 30 }, (_, i) => ({
      ...{ id: `m${i}`, at, guest: 'qemu/9', source: 'a', target: 'b', raw: 0.9, verdict: 'beneficial' as const },
      miss,
    }));
  const run = (memory = emptyMemory) =>
    recommend({
      sample,
      profiles: sample.guests.map((g) => aProfile(g)),
      scores: [],
      convergence: { spread: 50, threshold: 8, converged: false, reason: '' },
      config: aConfig(),
      memory,
    }).recommendations;

  test('tells wider intervals after outcomes that lay outside, and decides nothing else by that', () => {
    const [near, far] = [0.5, 4].map((miss) => run({ ...emptyMemory, judged: judged(miss) }));
    expect(near!.length).toBeGreaterThan(0);
    near!.forEach(({ improvement: before, ...same }, i) => {
      const { improvement: after, ...rest } = far![i]!;
      expect(rest).toEqual(same);
      expect(after.width).toBeGreaterThan(2);
      expect(after.high - after.low).toBeGreaterThan(2 * (before.high - before.low));
      expect(after.expected).toBe(before.expected);
      expect(missOf(after, after.expected - 5)).toBeCloseTo(missOf(before, before.expected - 5), 1);
    });
  });

  test('has no width to tell before anything was judged', () =>
    expect(run()[0]!.improvement).not.toHaveProperty('width'));

  test('confidence learns by the chances as they were computed, however wide the interval was told', () => {
    const { chances, ...told } = run({ ...emptyMemory, judged: judged(4) })[0]!.improvement;
    const { chances: _, ...plain } = run()[0]!.improvement;
    const few = { expected: 1, sd: 2 };
    expect(chancesOf({ ...told, ...few })).toEqual(chancesOf({ ...plain, ...few }));
    expect(pointOf({ expected: 1, low: -9, high: 11, sd: 2 })).toEqual(
      pointOf({ expected: 1, low: 1 - 2 * z90, high: 1 + 2 * z90 }),
    );
    expect(chances).toBeDefined();
  });
});

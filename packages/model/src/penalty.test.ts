import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { burstDeviation, cpuCurve, type NodeLoad, nodePenalty, suitability } from './penalty.ts';
import { aConfig } from './sample-cluster.ts';

const prices = aConfig().penalty_config;
const points = (load: NodeLoad) => nodePenalty(load, prices).penalty;
const fraction = fc.double({ min: 0, max: 1.5, noNaN: true });
const load = fc.record({
  cpu: fraction,
  mem: fraction,
  iowait: fraction,
  pressure: fc.double({ min: 0, max: 100, noNaN: true }),
  rise_per_hour: fc.double({ min: -0.2, max: 0.2, noNaN: true }),
  spikes: fraction,
  assigned: fc.double({ min: 0, max: 3, noNaN: true }),
});
const keys = ['cpu', 'mem', 'iowait', 'pressure', 'rise_per_hour', 'spikes', 'assigned'] as const;

describe('nodePenalty', () => {
  test.each([
    ['idle', { cpu: 0, mem: 0 }, 0],
    ['CPU saturated', { cpu: 1, mem: 0 }, 100],
    ['memory saturated', { cpu: 0, mem: 1 }, 100],
    ['half of both', { cpu: 0.5, mem: 0.5 }, 11.5625],
    ['CPU at 90 %', { cpu: 0.9, mem: 0 }, 72.4],
    ['falling load costs nothing', { cpu: 0.5, mem: 0, rise_per_hour: -0.1 }, 10],
  ])('%s', (_, given, expected) => expect(points(given)).toBeCloseTo(expected, 6));

  test('is the sum of its named parts, none of them negative', () =>
    fc.assert(
      fc.property(load, (l) => {
        const { penalty, parts } = nodePenalty(l, prices);
        expect(parts.reduce((sum, p) => sum + p.points, 0)).toBeCloseTo(penalty, 9);
        expect(Math.min(...parts.map((p) => p.points))).toBeGreaterThanOrEqual(0);
      }),
    ));

  test('rises with each load, without cliffs and by more the higher the load is', () =>
    fc.assert(
      fc.property(load, fc.constantFrom(...keys), fc.double({ min: 0.001, max: 0.3, noNaN: true }), (l, key, step) => {
        const [a, b, c] = [l, { ...l, [key]: l[key] + step }, { ...l, [key]: l[key] + 2 * step }].map(points) as [
          number,
          number,
          number,
        ];
        expect(b).toBeGreaterThanOrEqual(a);
        expect(c - b).toBeGreaterThanOrEqual(b - a - 1e-9);
        expect(points({ ...l, [key]: l[key] + 1e-7 }) - a).toBeLessThan(0.001);
      }),
    ));

  test('suitability is what is left of 100', () => {
    expect([0, 30, 100, 250].map(suitability)).toEqual([100, 70, 0, 0]);
  });
});

test('a node whose load rises costs more than one at rest', () => {
  const at = (rise_per_hour: number) => points({ cpu: 0.6, mem: 0.3, rise_per_hour });
  expect(at(0.03)).toBeGreaterThan(at(0) + 1);
  expect(at(-0.03)).toBe(at(0));
});

test.each([
  ['idle', 0, 0, 0],
  ['nothing, or less', -0.5, 0, 0],
  ['at ease', 0.5, 0, 10],
  ['at the end of ease', 0.7, 0, 19.6],
  ['full', 1, 0, 100],
  ['more than full', 1.1, 0, 40 * 1.21 + 200 * 0.4 + 700 * 0.1],
  ['bursts around the end of ease', 0.7, 0.1, 19.6 + 200 * 0.0398942 + 700 * 0.0000382],
  ['bursts a deviation above it', 0.8, 0.1, 25.6 + 200 * 0.1083316 + 700 * 0.0008491],
  ['bursts a deviation below it', 0.6, 0.1, 14.4 + 200 * 0.0083316 + 700 * 0.0000007],
  ['bursts that hardly are', 0.9, 0.001, 32.4 + 200 * 0.2],
  ['bursts far beyond all there is', 0.5, 5, 10 + 200 * 1.896301 + 700 * 1.754687],
])('CPU, %s', (_, u, sd, expected) => expect(cpuCurve(u, sd)).toBeCloseTo(expected, sd > 1 ? 1 : 2));

test('bursts count as they are expected at a price of 0.2, and more at a higher one', () => {
  const of = (spikes: number, weight_spikes: number) => burstDeviation(spikes, { ...prices, weight_spikes });
  expect(of(0.3, 0.2)).toBeCloseTo(0.3 / 1.645, 3);
  expect(of(0.3, 0.4)).toBeCloseTo(0.6 / 1.645, 3);
  expect([of(0, 0.2), of(-1, 0.2)]).toEqual([0, 0]);
});

test.each<[string, Partial<NodeLoad>, number, number]>([
  ['cpu', { cpu: 0.5 }, 0.5, 2 * 10],
  ['memory', { mem: 0.9 }, 0.9, 3 * 53.1441],
  ['iowait', { iowait: 0.5 }, 0.5, 4 * 100],
  ['pressure', { pressure: 12 }, 12, (5 * 12 ** 2) / 50],
  ['pressure', { pressure: -1 }, -1, 0],
  ['spikes', { cpu: 0.7, spikes: 0.1645 }, 0.1645, 2 * (200 * 0.0398942 + 700 * 0.0000382)],
  ['trend', { cpu: 0.5, rise_per_hour: 0.1 }, 0.1, 2 * (40 * 0.49 - 10)],
  ['trend', { cpu: 0.5, rise_per_hour: -0.1 }, -0.1, 0],
  ['overcommit', { assigned: 1.5 }, 1.5, 6 * 25],
  ['overcommit', { assigned: 0.5 }, 0.5, 0],
])('the part of %s of %o', (part, given, value, points) => {
  const paid = {
    ...prices,
    weight_cpu: 2,
    weight_memory: 3,
    weight_iowait: 4,
    weight_pressure: 5,
    weight_overcommit: 6,
    weight_trend: 0.5,
    weight_spikes: 0.2,
  };
  const { parts } = nodePenalty({ cpu: 0, mem: 0, ...given }, paid);
  expect(parts.find((p) => p.part === part)).toEqual({ part, value, points: expect.closeTo(points, 1) });
  const untouched = parts.filter((p) => p.part !== part && p.part !== 'cpu');
  expect(untouched.map(({ value, points }) => [value, points])).toEqual(untouched.map(() => [0, 0]));
});

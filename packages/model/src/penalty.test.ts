import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NodeLoad, nodePenalty, suitability } from './penalty.ts';
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

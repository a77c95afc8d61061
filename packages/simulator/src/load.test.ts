import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Load, loadSchema } from './guest-description.ts';
import { compileLoad, scaleLoad } from './load.ts';
import { parseTrace } from './trace.ts';
import { DAY, HOUR, MINUTE } from './units.ts';

const origin = Date.parse('2026-03-02T09:00:00Z');
const table = parseTrace('g1,10,20,30\ng2/cpu,400,500\ng2/mem,700,710\n', { unit: 'percent', interval_s: 300 });
const tenths = parseTrace('g2/cpu,400,500\ng2/mem,700,710\n', { unit: 'tenths', interval_s: 300 });
const at = (load: Record<string, unknown>, key = 1) =>
  compileLoad(loadSchema.parse(load) as Load, { key, origin, traces: { day: table, tenths } });
const average = (load: (at: number) => number, from: number, to: number) => {
  let sum = 0;
  for (let i = 0; i < 500; i++) sum += load(from + ((i + 0.5) * (to - from)) / 500);
  return sum / 500;
};

describe('behaviours', () => {
  it('constant is its level at all times', () => {
    expect(at({ kind: 'constant', level: 0.3 })(origin + 123_456)).toBe(0.3);
  });
  it('steady sways around its level within its noise', () => {
    const load = at({ kind: 'steady', level: 0.5, noise: 0.1 });
    expect(average(load, origin, origin + DAY)).toBeCloseTo(0.5, 1);
    expect(Math.abs(load(origin + 5 * MINUTE) - 0.5)).toBeLessThanOrEqual(0.05 + 1e-9);
    expect(load(origin)).not.toBe(load(origin + MINUTE));
  });
  it('bursty is mostly low and at times high', () => {
    const load = at({ kind: 'bursty', level: 0.1, peak: 0.9, probability: 0.2, burst_minutes: 10, noise: 0 });
    const values = Array.from({ length: 1440 }, (_, i) => load(origin + i * MINUTE));
    const high = values.filter((v) => v > 0.4).length / values.length;
    expect(high).toBeGreaterThan(0.08);
    expect(high).toBeLessThan(0.32);
    expect(Math.min(...values)).toBeCloseTo(0.1, 6);
  });
  it('growing doubles in ten days at 10 % a day, and was lower before', () => {
    const load = at({ kind: 'growing', level: 0.2, growth_per_day: 0.1, noise: 0 });
    expect(load(origin)).toBeCloseTo(0.2, 9);
    expect(load(origin + 10 * DAY)).toBeCloseTo(0.4, 9);
    expect(load(origin - 5 * DAY)).toBeCloseTo(0.1, 9);
  });
  it('cyclical peaks at its hour and rests at the weekend', () => {
    const load = at({ kind: 'cyclical', level: 0.4, amplitude: 0.5, peak_hour: 14, weekend: 0.4, noise: 0 });
    const monday = Date.parse('2026-03-02T00:00:00Z');
    expect(load(monday + 14 * HOUR)).toBeCloseTo(0.6, 9);
    expect(load(monday + 2 * HOUR)).toBeCloseTo(0.2, 9);
    expect(load(monday + 5 * DAY + 14 * HOUR)).toBeLessThan(0.4);
  });
  it('a trace gives a row step by step, scaled, and repeats', () => {
    const load = at({ kind: 'trace', trace: 'day', row: 'g1', scale: 2 });
    const values = [0, 1, 2, 3].map((n) => load(origin + n * 5 * MINUTE + 1));
    for (const [n, value] of [0.2, 0.4, 0.6, 0.2].entries()) expect(values[n]).toBeCloseTo(value, 6);
    expect(load(origin - 1)).toBeCloseTo(0.6, 6);
  });
  it('a trace with two rows a guest gives its CPU in tenths of a percent', () => {
    expect(at({ kind: 'trace', trace: 'tenths', row: 'g2' })(origin + 6 * MINUTE)).toBeCloseTo(0.5, 6);
  });
});

const loads = fc.oneof(
  ...['steady', 'bursty', 'growing', 'cyclical'].map((kind) =>
    fc.record({ kind: fc.constant(kind), level: fc.double({ min: 0, max: 1, noNaN: true }) }),
  ),
);

it('is a share of the vCPUs at any time, and the same whenever it is asked', () => {
  fc.assert(
    fc.property(
      loads,
      fc.integer(),
      fc.array(fc.integer({ min: -30 * DAY, max: 30 * DAY }), { minLength: 2 }),
      (load, key, times) => {
        const [one, other] = [at(load, key), at(load, key)];
        const forward = times.map((t) => one(origin + t));
        const backward = [...times]
          .reverse()
          .map((t) => other(origin + t))
          .reverse();
        expect(forward).toEqual(backward);
        for (const value of forward) expect(value >= 0 && value <= 1).toBe(true);
      },
    ),
  );
});

it('differs from guest to guest', () => {
  expect(at({ kind: 'steady' }, 1)(origin)).not.toBe(at({ kind: 'steady' }, 2)(origin));
});

it('twice the load is twice the mean where nothing is cut off', () => {
  const load = loadSchema.parse({ kind: 'cyclical', level: 0.2 }) as Load;
  const circumstances = { key: 3, origin, traces: {} };
  const once = average(compileLoad(load, circumstances), origin, origin + DAY);
  const twice = average(compileLoad(scaleLoad(load, 2), circumstances), origin, origin + DAY);
  expect(twice / once).toBeCloseTo(2, 6);
});

it('refuses a line without figures and says which', () => {
  expect(() => parseTrace('a,1,2\nb,1,x\n', { unit: 'percent', interval_s: 300 })).toThrow('line 2');
});

import type { OpenHour } from '@evenkeel/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketMs, cpuCode, decodeCell, hourMs, unseen } from './cell.ts';
import { observe, openAt, openCell, passTime, type Reading } from './open-hour.ts';

const start = Date.UTC(2026, 0, 5);
const gib = 2 ** 30;
const at = (minutes: number) => start + minutes * 60_000;
const reading = (from: number, to: number, cpu: number, mem = gib): Reading => ({
  from: at(from),
  to: at(to),
  cpu,
  mem,
});
const observed = (...readings: Reading[]) => readings.reduce(observe, openAt('it', start));
const withoutCount = ([a, b, c, d, e, f, g, , i]: OpenHour) => [a, b, c, d, e, f, g, i.replaceAll(/(.{10})./g, '$1')];

test('an hour of one-minute readings closes into six means', () => {
  const minutes = Array.from({ length: 61 }, (_, m) => reading(m, m + 1, m < 30 ? 0.2 : 0.4));
  const cell = decodeCell(observed(...minutes)[8], 0);
  expect(cell.cpu).toEqual([...Array(3).fill(cpuCode(0.2)), ...Array(3).fill(cpuCode(0.4))]);
  expect(cell.samples).toBeGreaterThanOrEqual(56);
  expect(cell.mem).toBeCloseTo(1024, -1);
});

test('means weigh by time', () => {
  const hour = observed(reading(0, 9, 0.1), reading(9, 10, 0.9), reading(10, 20, 0.3));
  expect(decodeCell(openCell(hour), 0).cpu[0]).toBe(cpuCode(0.18));
});

test('a reading of an hour fills the hour', () => {
  expect(decodeCell(observed(reading(0, 60, 0.5), reading(60, 70, 0.1))[8], 0).cpu).toEqual(
    Array(6).fill(cpuCode(0.5)),
  );
});

test('a gap stays empty, whole hours of it too', () => {
  const hours = observed(reading(0, 10, 0.5), reading(185, 190, 0.1))[8];
  expect(decodeCell(hours, 0).cpu).toEqual([cpuCode(0.5), ...Array(5).fill(unseen)]);
  expect(decodeCell(hours, 1).cpu).toEqual(Array(6).fill(unseen));
  expect(decodeCell(hours, 2).mem).toBeUndefined();
  expect(hours).toHaveLength(33);
});

test('what lies before the open bucket is left out', () => {
  const open = observed(reading(60, 65, 0.5));
  expect(observe(open, reading(50, 59, 0.9))).toEqual(open);
  expect(observe(open, reading(55, 65, 0.5)).slice(0, 6)).toEqual(observe(open, reading(60, 65, 0.5)).slice(0, 6));
});

test('time closes hours in which nothing was measured', () => {
  expect(passTime(observed(reading(0, 5, 0.5)), at(125))[8]).toHaveLength(22);
  expect(passTime(observed(reading(0, 5, 0.5)), at(50))[8]).toBe('');
});

test('splitting a reading in two changes nothing but the number of samples', () => {
  const span = fc.integer({ min: 1, max: 3 * hourMs });
  const arbitrary = fc.tuple(
    fc.integer({ min: 0, max: 2 * bucketMs }),
    span,
    span,
    fc.double({ min: 0, max: 1.5, noNaN: true }),
  );
  fc.assert(
    fc.property(arbitrary, ([skip, first, second, cpu]) => {
      const [from, middle, to] = [start + skip, start + skip + first, start + skip + first + second];
      const before = observe(openAt('it', start), { from: start, to: from, cpu: 0.3, mem: gib });
      const whole = observe(before, { from, to, cpu, mem: gib });
      const halves = observe(observe(before, { from, to: middle, cpu, mem: gib }), { from: middle, to, cpu, mem: gib });
      expect(withoutCount(halves)).toEqual(withoutCount(whole));
    }),
  );
});

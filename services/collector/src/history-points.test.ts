import fc from 'fast-check';
import { expect, it } from 'vitest';
import { historyPoints, inVcpus, latestVcpus } from './history-points.ts';

const now_s = 1_800_000_000;
const rows = (from: number, step: number, count: number, cpu: number | undefined = 0.5, mem: number | undefined = 10) =>
  Array.from({ length: count }, (_, i) => ({ time: from + i * step, cpu, mem }));

it('puts the minutes of PVE 9 together and the week before them', () => {
  const day = rows(now_s - 3600, 60, 60);
  const week = rows(now_s - 7200, 1800, 4);
  const points = historyPoints({ day, week }, { now_s });
  expect(points.slice(0, 2)).toEqual([
    [now_s - 7200, 1800, 0.5, 10],
    [now_s - 5400, 1800, 0.5, 10],
  ]);
  expect(points.slice(2)).toEqual(Array.from({ length: 12 }, (_, i) => [now_s - 3600 + i * 300, 300, 0.5, 10]));
});

it('takes the coarse steps of PVE 8 as they are', () => {
  const day = rows(now_s - 9000, 1800, 5);
  expect(historyPoints({ day, week: [] }, { now_s }).map(([, length]) => length)).toEqual([
    1800, 1800, 1800, 1800, 1800,
  ]);
});

it('knows uneven steps after an upgrade, and that a gap is a gap', () => {
  const old = rows(now_s - 36_000, 1800, 3, 0.25);
  const young = rows(now_s - 36_000 + 3 * 1800, 60, 5, 0.75);
  const later = rows(now_s - 600, 60, 5, 1);
  expect(historyPoints({ day: [...later, ...young, ...old], week: [] }, { now_s })).toEqual([
    [now_s - 36_000, 1800, 0.25, 10],
    [now_s - 34_200, 1800, 0.25, 10],
    [now_s - 32_400, 1800, 0.25, 10],
    [now_s - 30_600, 300, 0.75, 10],
    [now_s - 600, 300, 1, 10],
  ]);
});

it('leaves out what was not recorded, is not over, or belongs to another guest', () => {
  const day = [
    ...rows(now_s - 1200, 300, 2),
    { time: now_s - 600 },
    { time: now_s - 300, mem: 7 },
    { time: now_s, cpu: 1 },
  ];
  expect(historyPoints({ day, week: [] }, { now_s, from_s: now_s - 900 })).toEqual([
    [now_s - 900, 300, 0.5, 10],
    [now_s - 300, 300, null, 7],
  ]);
  expect(historyPoints({ day: [], week: [] }, { now_s })).toEqual([]);
});

it('says CPU as a fraction of the vCPUs that the guest has now, of a time in which it had others too', () => {
  const sized = (from: number, cpu: number, maxcpu?: number) =>
    rows(now_s - from, 300, 1, cpu).map((row) => ({ ...row, maxcpu }));
  const day = [...sized(1200, 0.8, 2), ...sized(600, 0.4, 4), { time: now_s - 300, maxcpu: 8 }, ...sized(900, 0.3)];
  const week = sized(7200, 0.2, 16);
  const vcpus = latestVcpus([...week, ...day]);
  expect(vcpus).toBe(8);
  const { day: fine, week: coarse } = inVcpus({ day, week }, vcpus);
  expect([...coarse, ...fine].map(({ cpu }) => cpu)).toEqual([0.4, 0.2, 0.2, undefined, 0.3]);
  expect(latestVcpus(rows(now_s - 600, 300, 2))).toBeUndefined();
  expect(inVcpus({ day, week }, undefined)).toEqual({ day, week });
});

it('never overlaps, never makes up values, whatever the steps', () => {
  const row = fc.record({
    time: fc.integer({ min: now_s - 90_000, max: now_s + 100 }),
    cpu: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  });
  const law = fc.property(fc.array(row), fc.array(row), (day, week) => {
    const points = historyPoints({ day, week }, { now_s });
    points.forEach(([from, length, cpu], i) => {
      expect(length).toBeGreaterThan(0);
      expect(from + length).toBeLessThanOrEqual(points[i + 1]?.[0] ?? now_s);
      expect(cpu === null || (cpu >= 0 && cpu <= 1)).toBe(true);
    });
  });
  fc.assert(law);
});

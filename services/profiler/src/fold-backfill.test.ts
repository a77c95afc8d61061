import type { DataOf, GuestHistory, HistoryPoint, historyBackfilled, OpenHours } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { cellLength, cpuCode, cpuOfCode, decodeCells, hourMs, unseen } from './cell.ts';
import { foldBackfill } from './fold-backfill.ts';
import { foldSample } from './fold-sample.ts';
import { historyHours, partOf } from './history.ts';
import { clusterSample, guestSample } from './testing/sample.ts';

const now = Date.UTC(2026, 0, 12, 10, 20);
const hour = Math.floor(now / hourMs);
const guest = 'qemu/100';
const part = partOf(guest);
const past = (history: HistoryPoint[], identity = 'born-once'): DataOf<typeof historyBackfilled> => ({
  cluster: 'keel',
  at: new Date(now).toISOString(),
  node: 'alpha',
  part: 1,
  node_history: [],
  guests: [{ guest, identity, history }],
  migrations: [],
});

/** Points of equal length from `from` to `to` hours before now. */
const points = (from: number, to: number, seconds: number, cpu: number): HistoryPoint[] =>
  Array.from({ length: ((from - to) * 3600) / seconds }, (_, i) => [
    (hour - from) * 3600 + i * seconds,
    seconds,
    cpu,
    2 ** 30,
  ]);

const fill = (open: OpenHours | undefined, known: GuestHistory | undefined, data: ReturnType<typeof past>) => {
  const filled = foldBackfill(open, new Map([[part, known && { [guest]: known }]]), data);
  return { ...filled, history: filled.parts.get(part)?.[guest] as GuestHistory };
};
const codesOf = (history: GuestHistory) => [...decodeCells(history.cells).codes];

const histories: [string, HistoryPoint[]][] = [
  ['half hours of a week', points(168, 0, 1800, 0.3)],
  ['minutes of a day', points(24, 0, 60, 0.3)],
  ['half hours and then coarse three-hour steps', [...points(24, 0, 1800, 0.3), ...points(168, 0, 10_800, 0.3)]],
];

describe.each(histories)('%s', (_, history) => {
  const once = fill(undefined, undefined, past(history));
  test('fill every bucket that they cover', () => {
    const oldest = Math.min(...history.map(([from]) => from));
    expect(codesOf(once.history)).toEqual(Array(6 * (hour - oldest / 3600)).fill(cpuCode(0.3)));
    expect(once.history.end).toBe(hour);
  });
  test('change nothing when they come again, in any order', () => {
    expect(fill(once.open, once.history, past(history)).history).toEqual(once.history);
    expect(fill(undefined, undefined, past([...history].reverse())).history).toEqual(once.history);
  });
});

test('what is far from the hours that are kept is left out, however long it is', () => {
  const far = [0, 4_000_000].map((from): HistoryPoint => [from * 3600, 1e12, 0.9, 2 ** 30]);
  const { history } = fill(undefined, undefined, past([...points(3, 0, 1800, 0.2), far[1]!]));
  expect(codesOf(history)).toEqual(Array(18).fill(cpuCode(0.2)));
  expect(fill(undefined, undefined, past([far[0]!])).history.cells.length).toBe(historyHours * cellLength);
});

test('the finer of two points has the word', () => {
  const { history } = fill(undefined, undefined, past([...points(6, 0, 10_800, 0.6), ...points(3, 0, 1800, 0.2)]));
  expect(codesOf(history)).toEqual([...Array(18).fill(cpuCode(0.6)), ...Array(18).fill(cpuCode(0.2))]);
});

test('what was seen stays as it was seen', () => {
  const seen = fill(undefined, undefined, past(points(2, 0, 1800, 0.9)));
  const { history } = fill(seen.open, seen.history, past(points(4, 0, 1800, 0.1)));
  expect(codesOf(history)).toEqual([...Array(12).fill(cpuCode(0.1)), ...Array(12).fill(cpuCode(0.9))]);
});

test('holes in the past stay holes', () => {
  const [first, second] = points(1, 0, 1800, 0.4) as [HistoryPoint, HistoryPoint];
  const { history } = fill(undefined, undefined, past([first, [second[0], second[1], null, null]]));
  expect(codesOf(history)).toEqual([...Array(3).fill(cpuCode(0.4)), ...Array(3).fill(unseen)]);
});

test('hours that wait to be written are joined first, and the open hour stays open', () => {
  const looks = Array.from({ length: 13 }, (_, i) =>
    clusterSample(now - (12 - i) * 600_000, [guestSample({ cpu: 0.8 })]),
  );
  const open = looks.reduce<OpenHours | undefined>((before, look) => foldSample(before, look).open, undefined);
  const { history, open: after } = fill(open, undefined, past(points(3, 0, 1800, 0.1)));
  const codes = codesOf(history);
  expect(
    codes.filter((code) => code === cpuCode(0.1)).length + codes.filter((code) => code === cpuCode(0.8)).length,
  ).toBe(18);
  expect(cpuOfCode[codes.at(-1) as number]).toBeCloseTo(0.8, 2);
  expect(after.guests[guest]?.slice(0, 8)).toEqual(open?.guests[guest]?.slice(0, 8));
});

test('the past of a guest with another identity is not taken', () => {
  const open = foldSample(undefined, clusterSample(now, [guestSample()])).open;
  expect(fill(open, undefined, past(points(24, 0, 1800, 0.3), 'somebody-else')).parts.size).toBe(0);
});

test('a first sample after the past does not stand for the time between', () => {
  const { open } = fill(undefined, undefined, past(points(24, 0, 1800, 0.3)));
  const after = foldSample(open, clusterSample(now + 20 * 60_000, [guestSample({ cpu: 0.7 })])).open;
  expect(after.guests[guest]?.[5]).toBe(10_000);
});

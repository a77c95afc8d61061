import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellLength, emptyCell, encodeCell } from './cell.ts';
import { appendHours, historyHours, historyParts, keepLast, partOf } from './history.ts';

const cell = (n: number) => encodeCell({ cpu: [n, n, n, n, n, n], mem: 1000 + n, samples: 12 });
const cells = (from: number, count: number) => Array.from({ length: count }, (_, i) => cell((from + i) % 200)).join('');

describe('hours appended to a history', () => {
  test('begin one where there is none', () =>
    expect(appendHours(undefined, cells(0, 3), 1003)).toEqual({ end: 1003, cells: cells(0, 3) }));

  test.each([
    ['no hour', 1003, 0],
    ['an hour', 1004, 1],
    ['nearly two weeks', 1003 + historyHours - 1, historyHours - 1],
  ])('after %s without any leave it empty', (_, start, gap) => {
    const before = { end: 1003, cells: cells(0, 3) };
    const { end, cells: all } = appendHours(before, cells(3, 2), start + 2);
    expect(end).toBe(start + 2);
    expect(all).toBe(keepLast(cells(0, 3) + emptyCell.repeat(gap) + cells(3, 2)));
  });

  test('after two weeks without any are all there is', () => {
    const before = { end: 1003, cells: cells(0, 3) };
    expect(appendHours(before, cells(3, 2), 1003 + historyHours + 2).cells).toBe(cells(3, 2));
  });

  test('leave no more than two weeks, the latest', () => {
    const before = { end: 1000 + historyHours, cells: cells(0, historyHours) };
    const { cells: all } = appendHours(before, cells(historyHours, 2), 1002 + historyHours);
    expect(all).toBe(cells(2, historyHours));
    expect(all.length).toBe(336 * cellLength);
  });

  test('one by one are the same as together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 19 }), (count, split) => {
        const first = Math.min(split, count);
        const together = appendHours(undefined, cells(0, count), 500 + count);
        const halves = appendHours(undefined, cells(0, first), 500 + first);
        const one = first === count ? halves : appendHours(halves, cells(first, count - first), 500 + count);
        expect(one).toEqual(together);
      }),
    );
  });
});

describe('the part of a guest', () => {
  test('is the same for ever', () =>
    expect(['qemu/100', 'qemu/101', 'lxc/100', 'qemu/999999999'].map(partOf)).toEqual([0, 23, 7, 34]));

  test('spreads guests evenly', () => {
    const counts = new Array(historyParts).fill(0);
    for (let vmid = 100; vmid < 100 + 100 * historyParts; vmid++) counts[partOf(`qemu/${vmid}`)]++;
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(150);
  });
});

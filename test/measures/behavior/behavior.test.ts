import { describe, expect, test } from 'vitest';
import { classes, intervals, leastRight, measureCell } from './measure-behavior.ts';

const series = (interval_s: number): number => (interval_s < 60 ? 10 : 40);

describe('labelled series of seven days are recognised', () => {
  const cells = intervals.flatMap((interval_s) => classes.map((label) => ({ label, interval_s })));
  test.each(cells)('$label, looked at every $interval_s s', ({ label, interval_s }) => {
    const cell = measureCell(label, interval_s, series(interval_s));
    expect(cell.right / cell.series, JSON.stringify(cell.mistaken)).toBeGreaterThanOrEqual(leastRight);
  });
});

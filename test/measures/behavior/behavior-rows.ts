import type { Row } from '../../bench/measure.ts';
import { type Cell, classes, intervals, leastRight, measureCell } from './measure-behavior.ts';

/** How often each class is recognised in each interval, over so many series each. */
export const behaviorRows = (series: number): Row[] =>
  intervals.flatMap((interval) => classes.map((label) => rowOf(measureCell(label, interval, series))));

const rowOf = ({ label, interval_s, series, right, mistaken }: Cell): Row => ({
  what: `${label}, looked at every ${interval_s} s`,
  value: `${((100 * right) / series).toFixed(1)} %`,
  aim: `${100 * leastRight} %`,
  met: right / series >= leastRight,
  beside: [`${series} series`, ...Object.entries(mistaken).map(([as, seeds]) => `${seeds.length} as ${as}`)].join(', '),
});

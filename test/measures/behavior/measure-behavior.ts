import { behaviorOf, type Load, type Look, type Random, random } from '@evenkeel/profiler/testing';
import { drawBursty } from './bursty.ts';
import { drawCyclical } from './cyclical.ts';
import { drawGrowing } from './growing.ts';
import { drawSteady } from './steady.ts';
import { dayMs, hourMs } from './time.ts';

const draws: Record<string, (random: Random, start: number, days: number) => Load> = {
  steady: drawSteady,
  bursty: drawBursty,
  growing: drawGrowing,
  cyclical: drawCyclical,
};

export const classes: readonly string[] = Object.keys(draws);
/** Seconds between two looks. */
export const intervals: readonly number[] = [10, 30, 60, 300, 900, 1800, 3600];
export const leastRight = 0.95;

/** Series of one class, looked at in one interval: how many, how many were recognised, and what the others were taken for. */
export type Cell = {
  label: string;
  interval_s: number;
  series: number;
  right: number;
  mistaken: Record<string, number[]>;
};

const days = 7;
const start = Date.UTC(2026, 5, 1);

/** Jitter of up to half an interval, up to a tenth of the looks lost, up to two outages of up to ten hours, noise of up to two points. */
function drawLook(random: Random, interval_s: number): Look {
  const outages = Array.from({ length: random.pick([0, 1, 2]) }, () => {
    const from = start + random.between(0, days) * dayMs;
    return { from, to: from + random.between(0.5, 10) * hourMs };
  });
  return {
    start,
    days,
    interval_s,
    jitter: random.between(0, 0.5),
    lost: random.between(0, 0.1),
    outages,
    noise: random.between(0.002, 0.02),
  };
}

/** How the profiler classifies so many labelled series of seven days in one interval, seed by seed. */
export function measureCell(label: string, interval_s: number, series: number, firstSeed = 1): Cell {
  const cell: Cell = { label, interval_s, series, right: 0, mistaken: {} };
  for (let seed = firstSeed; seed < firstSeed + series; seed++) {
    const chance = random(seed * 7919 + interval_s * 31 + classes.indexOf(label) * 1_000_003);
    const load = (draws[label] as (typeof draws)[string])(chance, start, days);
    const said = behaviorOf(load, drawLook(chance, interval_s), chance);
    if (said === label) cell.right++;
    else cell.mistaken[said] = [...(cell.mistaken[said] ?? []), seed];
  }
  return cell;
}

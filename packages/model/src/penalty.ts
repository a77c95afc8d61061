import type { Config, ScorePart } from '@evenkeel/contracts';
import { chanceAbove0, z90 } from './chance.ts';

/** Loads of a node that its penalty is computed from; fractions, but for pressure (percent). */
export type NodeLoad = {
  cpu: number;
  mem: number;
  iowait?: number;
  pressure?: number;
  /** Expected rise of CPU per hour; falling counts as 0. */
  rise_per_hour?: number;
  /** 95th percentile of CPU less its mean. */
  spikes?: number;
  /** Memory assigned ÷ memory of the node. */
  assigned?: number;
};

export type Penalty = { penalty: number; parts: ScorePart[] };
type Prices = Config['penalty_config'];
type PartRow = { part: string; value: (load: NodeLoad) => number; points: (load: NodeLoad, prices: Prices) => number };

/** Hours that a rising trend is carried forward. */
const lookAheadHours = 4;
/** Price of spikes at which each burst counts as it is expected. */
const spikesAtPar = 0.2;
const tableEnd = 6;
const tableSteps = 1024;
/** φ(z) + z · Φ(z), from −6 to 6; closer than a hundredth of a point. */
const excessTable = Float64Array.from({ length: 2 * tableEnd * tableSteps + 2 }, (_, i) =>
  Math.max(0, standardExcess(i / tableSteps - tableEnd)),
);

function standardExcess(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return density + z * chanceAbove0(z, 1);
}

/** Deviation of a node's CPU, as its penalty counts it, from the 90 % bursts above its mean. */
export const burstDeviation = (spikes: number, prices: Prices): number =>
  spikes > 0 ? (prices.weight_spikes / spikesAtPar) * (spikes / z90) : 0;

const atLeast0 = (n: number | undefined): number => (n !== undefined && n > 0 ? n : 0);

/** Share of its cores up to which a node is at ease. */
const comfort = 0.7;
const leaning = 40;
const crowding = (100 - leaning) / (1 - comfort);
const starving = 700;

/**
 * Points of CPU at a price of 1: 40 · u² + 200 · E[(U − 0.7)⁺] + 700 · E[(U − 1)⁺], where U is the load with its bursts, normal
 * around `u` with deviation `sd`: what is expected above the comfortable 70 %, and what is not served at all. So a steady
 * node costs 0 when idle and 100 when full, and of two nodes alike on average the one that bursts costs more.
 */
export function cpuCurve(u: number, sd = 0): number {
  const square = u <= 0 ? 0 : u * u;
  return leaning * square + crowding * excess(u - comfort, sd) + starving * excess(u - 1, sd);
}

/** What is expected above 0 of a normal figure. */
function excess(mean: number, sd: number): number {
  const z = mean / sd;
  if (!(Math.abs(z) < tableEnd)) return Math.max(mean, 0);
  const at = (z + tableEnd) * tableSteps;
  const below = Math.floor(at);
  const low = excessTable[below]!;
  return sd * (low + (at - below) * (excessTable[below + 1]! - low));
}

/** Points of memory at a price of 1: 100 · u⁶; memory in use harms nobody until it is nearly gone. */
export function memoryCurve(u: number): number {
  if (u <= 0) return 0;
  const cube = u * u * u;
  return 100 * cube * cube;
}

/** Points of IO wait at a price of 1: 100 · (u / 0.5)²; half of the time spent waiting is saturation. */
export const iowaitCurve = (u: number): number => (u <= 0 ? 0 : 400 * u * u);

/** Points of memory assigned beyond what there is, at a price of 1: 100 · (ratio − 1)². */
export const overcommitCurve = (ratio: number): number => (ratio <= 1 ? 0 : 100 * (ratio - 1) ** 2);

/** Points of pressure in percent, at a price of 1: 50 · (p / 50)²; where it is shared it hurts less than where it is all on one node. */
export const pressureCurve = (percent: number | undefined): number => atLeast0(percent) ** 2 / 50;

/** What a rise an hour adds to a load, as its penalty counts it: so many hours of it, at its price; a fall adds nothing. */
export const carriedForward = (risePerHour: number | undefined, prices: Prices): number =>
  prices.weight_trend * lookAheadHours * atLeast0(risePerHour);

/** Points of the load with its bursts, and of both carried forward by a rising trend. */
const withSpikes = (load: NodeLoad, prices: Prices): number =>
  cpuCurve(load.cpu, burstDeviation(atLeast0(load.spikes), prices));
const withRise = (load: NodeLoad, prices: Prices): number =>
  withSpikes({ ...load, cpu: load.cpu + carriedForward(load.rise_per_hour, prices) }, prices);

/** The parts of a node's penalty, one row each; every part is 0 at no load, continuous, monotone and convex. */
const partTable: readonly PartRow[] = [
  { part: 'cpu', value: (l) => l.cpu, points: (l, p) => p.weight_cpu * cpuCurve(l.cpu) },
  { part: 'memory', value: (l) => l.mem, points: (l, p) => p.weight_memory * memoryCurve(l.mem) },
  { part: 'iowait', value: (l) => l.iowait ?? 0, points: (l, p) => p.weight_iowait * iowaitCurve(l.iowait ?? 0) },
  { part: 'pressure', value: (l) => l.pressure ?? 0, points: (l, p) => p.weight_pressure * pressureCurve(l.pressure) },
  {
    part: 'spikes',
    value: (l) => l.spikes ?? 0,
    points: (l, p) => p.weight_cpu * (withSpikes(l, p) - cpuCurve(l.cpu)),
  },
  {
    part: 'trend',
    value: (l) => l.rise_per_hour ?? 0,
    points: (l, p) => p.weight_cpu * (withRise(l, p) - withSpikes(l, p)),
  },
  {
    part: 'overcommit',
    value: (l) => l.assigned ?? 0,
    points: (l, p) => p.weight_overcommit * overcommitCurve(l.assigned ?? 0),
  },
];

/**
 * Penalty points of a node: 0 idle, 100 where one resource is saturated, above 100 beyond.
 * A sum of named parts (cpu, memory, iowait, pressure, spikes, trend, overcommit), each times its configured price.
 */
export function nodePenalty(load: NodeLoad, config: Prices): Penalty {
  const parts = partTable.map(({ part, value, points }) => ({
    part,
    value: value(load),
    points: points(load, config),
  }));
  return { penalty: parts.reduce((sum, p) => sum + p.points, 0), parts };
}

/** 0..100, 100 is best: what is left of a node before it is saturated. */
export const suitability = (penalty: number): number => Math.max(0, Math.min(100, 100 - penalty));

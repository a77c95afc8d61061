import type { Config, ScorePart } from '@evenkeel/contracts';

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
const atLeast0 = (n: number | undefined): number => (n !== undefined && n > 0 ? n : 0);

/** Points of CPU at a price of 1: 100 · (u² + 3u⁴) / 4, so that 0 is 0, 1 is 100, and each further point costs more than the last. */
export function cpuCurve(u: number): number {
  if (u <= 0) return 0;
  const square = u * u;
  return 25 * square + 75 * square * square;
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

/** What spikes, and then a rising trend, add to the CPU that is priced. */
const withSpikes = (load: NodeLoad, prices: Prices): number => load.cpu + prices.weight_spikes * atLeast0(load.spikes);
const withRise = (load: NodeLoad, prices: Prices): number =>
  withSpikes(load, prices) + prices.weight_trend * lookAheadHours * atLeast0(load.rise_per_hour);

/** The parts of a node's penalty, one row each; every part is 0 at no load, continuous, monotone and convex. */
const partTable: readonly PartRow[] = [
  { part: 'cpu', value: (l) => l.cpu, points: (l, p) => p.weight_cpu * cpuCurve(l.cpu) },
  { part: 'memory', value: (l) => l.mem, points: (l, p) => p.weight_memory * memoryCurve(l.mem) },
  { part: 'iowait', value: (l) => l.iowait ?? 0, points: (l, p) => p.weight_iowait * iowaitCurve(l.iowait ?? 0) },
  { part: 'pressure', value: (l) => l.pressure ?? 0, points: (l, p) => p.weight_pressure * atLeast0(l.pressure) },
  {
    part: 'spikes',
    value: (l) => l.spikes ?? 0,
    points: (l, p) => p.weight_cpu * (cpuCurve(withSpikes(l, p)) - cpuCurve(l.cpu)),
  },
  {
    part: 'trend',
    value: (l) => l.rise_per_hour ?? 0,
    points: (l, p) => p.weight_cpu * (cpuCurve(withRise(l, p)) - cpuCurve(withSpikes(l, p))),
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

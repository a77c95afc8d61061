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

/** Penalty points of a node: 0 idle, 100 saturated, above 100 beyond; a sum of named parts, each monotone and without cliffs. */
export function nodePenalty(load: NodeLoad, config: Config['penalty_config']): Penalty {
  const parts = [
    { part: 'cpu', value: load.cpu, points: 50 * config.weight_cpu * load.cpu ** 2 },
    { part: 'memory', value: load.mem, points: 50 * config.weight_memory * load.mem ** 2 },
  ];
  return { penalty: parts.reduce((sum, p) => sum + p.points, 0), parts };
}

import { migrationCost } from '@evenkeel/model';
import type { Planning } from './planned-move.ts';

/** Points an hour that a move costs less where a node has copies of the guests' disks already: by node, and at most. */
export type Copies = { saved: ReadonlyMap<number, number>; most: number };

/** What storage replication saves when some guests go to its targets. */
export function copiesOf(planning: Planning, unit: readonly number[], hoursOf: (guest: number) => number): Copies {
  const { state, config, memory } = planning;
  const saved = new Map<number, number>();
  for (const g of unit) {
    const { sample } = state.guests[g]!;
    const cluster = memory.paths['*']?.sums;
    for (const target of sample.constraints?.replicated_to ?? []) {
      const n = state.nodeIndex.get(target);
      if (n === undefined) continue;
      const whole = migrationCost(sample, config.cost_model, { cluster }).points;
      const rest = migrationCost(sample, config.cost_model, { cluster, target }).points;
      saved.set(n, (saved.get(n) ?? 0) + (whole - rest) / hoursOf(g));
    }
  }
  return { saved, most: Math.max(0, ...saved.values()) };
}

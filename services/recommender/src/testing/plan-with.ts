import type { ClusterSample, GuestSample, NodeSample } from '@evenkeel/contracts';
import { aCluster, aConfig, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import type { PlannedMove, Planning } from '../planned-move.ts';
import { emptyMemory } from '../remember.ts';
import { startRun } from '../start-run.ts';

/** What a run plans with: these nodes and guests, each guest doing what it has long done. */
export function planWith(
  nodes: readonly NodeSample[],
  guests: readonly GuestSample[],
  { config = {}, sample = {} }: { config?: object; sample?: Partial<ClusterSample> } = {},
): Planning {
  const run = startRun({
    sample: aCluster(nodes, guests, sample),
    profiles: guests.map((g) => aProfile(g)),
    scores: [],
    convergence: { spread: 0, threshold: 8, converged: true, reason: 'even' },
    config: aConfig(config),
    memory: emptyMemory,
  });
  return run.planning;
}

/** So much memory, used and assigned. */
export const gib = (n: number) => ({ mem: n * GiB, maxmem: n * GiB });

/** Moves in short: number of each guest, its target, why. */
export const inShort = ({ state }: Planning, moves: readonly PlannedMove[]) =>
  moves.flatMap(({ unit, target, mandatory, why }) =>
    unit.map((g) => [state.guests[g]!.sample.vmid, state.nodes[target]!.node, mandatory, why]),
  );

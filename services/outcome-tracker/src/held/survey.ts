import type { ClusterSample, GuestSample, NodeSample } from '@evenkeel/contracts';
import { loadOf } from '../count.ts';

/** One look at a cluster, read once for all that ask: loads of the nodes by name, and its guests. */
export type Survey = {
  at: string;
  nodes: ReadonlyMap<string, { node: NodeSample; load: ReturnType<typeof loadOf> }>;
  guests: ReadonlyMap<string, GuestSample>;
  /** Whether a guest that is not seen is gone. */
  whole: boolean;
};

export function surveyOf({ at, nodes, guests, problems }: ClusterSample): Survey {
  const byNode = Map.groupBy(guests, (guest) => guest.node);
  return {
    at,
    nodes: new Map(nodes.map((node) => [node.node, { node, load: loadOf(node, byNode.get(node.node) ?? []) }])),
    guests: new Map(guests.map((guest) => [guest.guest, guest])),
    whole: problems.length === 0,
  };
}

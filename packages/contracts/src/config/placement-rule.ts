import { z } from 'zod';
import { ClusterName } from '../cluster.ts';
import { strings } from './section.ts';

/** A rule about guests that are named by pool, name or vmid: what tags say, said by the configuration. */
export const placementRule = z.strictObject({
  name: z.string().min(1).max(64).describe('What the rule is called in reasons.'),
  kind: z
    .enum(['affinity', 'anti_affinity', 'pin'])
    .describe('Keep the guests together, keep them on different nodes, or keep each on one of `nodes`.'),
  cluster: ClusterName.optional().describe('The cluster that it holds in; without it, in every cluster.'),
  pools: strings('Pools whose guests it is about.'),
  guests: strings(
    'Guests that it is about besides, by name, vmid or id, also as `cluster/name`; `*` stands for anything.',
  ),
  nodes: strings('For a pin: the nodes on which its guests may be, also as `cluster/name`.'),
});

export type PlacementRule = z.output<typeof placementRule>;

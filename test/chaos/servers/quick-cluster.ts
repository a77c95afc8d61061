import type { DescriptionInput } from '@evenkeel/simulator';
import { secret, skewedCluster } from '../../e2e/stage/cluster.ts';
import { movingAtOnce, withSmallGuests } from './small-guests.ts';

export const executors = ['x1', 'x2', 'x3'] as const;
export type ExecutorName = (typeof executors)[number];

/** A token for each executor, so that the cluster can tell who asks. */
export const tokenOf = (name: ExecutorName): string => `evenkeel@pve!${name}=${secret}`;

const [, write] = skewedCluster.tokens as [object, { privileges: Record<string, string[]> }];
const nodes = ['pve1', 'pve2', 'pve3', 'pve4'];
export const vmids = Array.from({ length: 24 }, (_, i) => 101 + i);

const small = withSmallGuests(
  nodes,
  vmids.map((vmid, i) => ({ vmid, node: nodes[i % nodes.length]! })),
);

/** Each executor has a token of its own. */
export const quickCluster: DescriptionInput = {
  ...small,
  tokens: [
    ...(small.tokens ?? []),
    ...executors.map((name) => ({ id: `evenkeel@pve!${name}`, secret, privileges: write.privileges })),
  ],
};

export const max_concurrent = 3;

export const moving = movingAtOnce(max_concurrent);

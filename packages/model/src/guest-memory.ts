import type { Config, NodeSample } from '@evenkeel/contracts';

type Reserves = Config['nodes'];

const reserveOf = (node: string, reserves: Reserves): number => (reserves[node]?.memory_reserve_gib ?? 0) * 2 ** 30;

/** Bytes of a node that guests may use: all that it has less the reserve kept for its host. */
export const usableBytes = ({ node, maxmem }: Pick<NodeSample, 'node' | 'maxmem'>, reserves: Reserves): number =>
  Math.max(1, maxmem - reserveOf(node, reserves));

/**
 * Bytes in use of those: all that a node uses, less what its host uses of its own reserve. `occupied` is what guests that
 * are not stopped do; the rest is the host's own.
 */
export function usedBytes(
  { node, mem }: Pick<NodeSample, 'node' | 'mem'>,
  occupied: number,
  reserves: Reserves,
): number {
  return mem - Math.min(reserveOf(node, reserves), Math.max(0, mem - occupied));
}

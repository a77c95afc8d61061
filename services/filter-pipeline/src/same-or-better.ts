import type { Config, Recommendation } from '@evenkeel/contracts';
import { capacityOf, nodePenalty } from '@evenkeel/model';
import type { Generated } from './filter.ts';
import type { Loads } from './loads.ts';

/** A difference of so many points between two targets is none. */
const alike = 1;

/**
 * Whether the target of a recommendation is as good as an earlier one would be in the same run: whether it suffers no more from the
 * guest. How hot the source is has no say. A node that takes no part any more is no better.
 */
export function sameOrBetter(
  { target_node, guest_load }: Recommendation,
  earlier: string,
  { sample, loads, config }: Pick<Generated, 'sample'> & { loads: Loads; config: Config },
): boolean {
  if (earlier === target_node) return true;
  const suffers = (name: string): number => {
    const node = sample.nodes.find(({ node, status }) => node === name && status === 'online');
    const now = loads.get(name);
    if (!node || !now) return Number.POSITIVE_INFINITY;
    const cpu = now.cpu + guest_load.cpu_cores.expected / capacityOf(node);
    const mem = now.mem + guest_load.mem_bytes / Math.max(1, node.maxmem);
    return nodePenalty({ cpu, mem }, config.penalty_config).penalty - nodePenalty(now, config.penalty_config).penalty;
  };
  return suffers(target_node) <= suffers(earlier) + alike;
}

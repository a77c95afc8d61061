import { byText } from '@evenkeel/model';
import type { Generated } from './filter.ts';
import type { Load, Loads } from './loads.ts';

/**
 * Predicted loads before any move of the run: as measured, or better as the best-ranked recommendation that touches the node
 * predicts it, which no other move of the run can have coloured yet.
 */
export function baseLoads(generated: Generated): Loads {
  const loads = new Map<string, Load>();
  for (const node of generated.sample.nodes) loads.set(node.node, { cpu: node.cpu, mem: node.mem / node.maxmem });
  for (const score of generated.scores) loads.set(score.node, { cpu: score.cpu, mem: score.mem });
  const worstFirst = [...generated.recommendations].sort(
    (a, b) => b.rank - a.rank || byText(b.recommendation_id, a.recommendation_id),
  );
  for (const { source_node, target_node, effect } of worstFirst) {
    loads.set(source_node, { cpu: effect.source_before.cpu, mem: effect.source_before.mem });
    loads.set(target_node, { cpu: effect.target_before.cpu, mem: effect.target_before.mem });
  }
  return loads;
}

import { capsOf, placements, ruleContext, violations } from '@evenkeel/model';
import type { Case } from './draw-case.ts';
import type { Rested } from './play-case.ts';

/** What is not as it must be once nothing moves any more; none where all is well. */
export function checkRest(given: Case, { config, rested, last, moves }: Rested): string[] {
  if (!rested) return [`still moves after ${moves.length} moves`];
  const ctx = ruleContext(last, config);
  const caps = capsOf(config);
  const placed = placements(last);
  const broken = violations(placed, ctx).map(({ sentence }) => `rule: ${sentence}`);
  const drained = given.nodes
    .filter(({ node, maintenance }) => maintenance && last.guests.some((g) => g.node === node))
    .map(({ node }) => `drain: ${node} is not empty`);
  const full = last.nodes.flatMap(({ node, cpu, mem, maxmem }) => [
    ...(cpu > caps.cpu ? [`cap: ${node} is at ${(100 * cpu).toFixed(0)} % CPU`] : []),
    ...(mem > caps.mem * maxmem ? [`cap: ${node} is at ${((100 * mem) / maxmem).toFixed(0)} % memory`] : []),
  ]);
  return [...broken, ...drained, ...full];
}

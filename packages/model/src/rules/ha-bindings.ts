import type { GuestSample, HaRule } from '@evenkeel/contracts';
import type { NodeBinding, RuleSource } from './rule-context.ts';

/** Whether HA acts on a guest at all. */
export const isManagedByHa = ({ ha }: GuestSample): boolean => ha !== undefined && ha.state !== 'ignored';

/** Nodes that an HA rule means: those that it names, or all others where it is negative. */
function nodesOf({ affinity, nodes = {} }: HaRule, all: readonly string[]): NodeBinding['nodes'] {
  if (affinity !== 'negative') return new Map(Object.entries(nodes));
  return new Map(all.filter((node) => nodes[node] === undefined).map((node) => [node, 0]));
}

/** Nodes that HA rules name for guests, and a sentence about each rule that keeps its guests off every node. */
export function haBindings({ nodes, guests, ha_rules }: RuleSource): {
  bindings: [guest: string, binding: NodeBinding][];
  problems: string[];
} {
  const bindings: [string, NodeBinding][] = [];
  const problems: string[] = [];
  const all = nodes.map(({ node }) => node);
  const managed = new Map(guests.filter(isManagedByHa).map((guest) => [guest.guest as string, guest]));
  for (const rule of ha_rules) {
    if (rule.type !== 'node-affinity' || !rule.nodes) continue;
    const meant = nodesOf(rule, all);
    const isNegative = rule.affinity === 'negative';
    if (isNegative && meant.size === 0) problems.push(`HA rule ${rule.rule} keeps its guests off every node there is`);
    for (const guest of rule.guests) {
      const ha = managed.get(guest)?.ha;
      bindings.push([
        guest,
        {
          rule: `HA rule ${rule.rule}`,
          nodes: meant,
          strict: rule.strict ?? false,
          failback: ha !== undefined && (rule.failback ?? ha.failback ?? true),
          ...(isNegative && { avoided: Object.keys(rule.nodes) }),
        },
      ]);
    }
  }
  return { bindings, problems };
}

import type { Config, GuestSample, PlacementRule } from '@evenkeel/contracts';
import { byText } from '../by-text.ts';
import type { NodeBinding, RuleGroup } from './rule-context.ts';
import { matches } from './tags.ts';

const kinds = { affinity: 'together', anti_affinity: 'apart' } as const;

const isMeant = ({ pools, guests }: PlacementRule, guest: GuestSample): boolean =>
  (guest.pool !== undefined && pools.includes(guest.pool)) ||
  guests.some((p) => matches(p, guest.name) || matches(p, String(guest.vmid)) || matches(p, guest.guest));

const membersOf = (rule: PlacementRule, guests: readonly GuestSample[]): string[] =>
  guests
    .filter((guest) => isMeant(rule, guest))
    .map(({ guest }) => guest as string)
    .sort(byText);

/** Guests that the configuration binds together or keeps apart. */
export const configuredGroups = (config: Config, guests: readonly GuestSample[]): RuleGroup[] =>
  config.automated_migrations.placement_rules.flatMap((rule) =>
    rule.kind === 'pin' ? [] : [{ rule: `rule ${rule.name}`, kind: kinds[rule.kind], guests: membersOf(rule, guests) }],
  );

/** Nodes that the configuration names for guests, and a sentence about each rule whose words mean nothing here. */
export function configuredPins(
  config: Config,
  guests: readonly GuestSample[],
  nodeNames: ReadonlyMap<string, string>,
): { pins: [guest: string, binding: NodeBinding][]; problems: string[] } {
  const pins: [string, NodeBinding][] = [];
  const problems: string[] = [];
  const isOnlyCluster = config.clusters.length < 2;
  for (const rule of config.automated_migrations.placement_rules) {
    const members = membersOf(rule, guests);
    if (members.length === 0 && (isOnlyCluster || rule.cluster !== undefined))
      problems.push(`rule ${rule.name} is about no guest that exists`);
    if (rule.kind !== 'pin' || members.length === 0) continue;
    const gone = rule.nodes.filter((node) => !nodeNames.has(node.toLowerCase()));
    if (gone.length > 0) problems.push(`rule ${rule.name} names ${gone.join(', ')}, which is no node of the cluster`);
    const nodes = new Map(rule.nodes.flatMap((node) => nodeNames.get(node.toLowerCase()) ?? []).map((n) => [n, 0]));
    if (nodes.size > 0)
      for (const guest of members) pins.push([guest, { rule: `rule ${rule.name}`, nodes, strict: true }]);
  }
  return { pins, problems };
}

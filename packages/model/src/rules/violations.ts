import { byText } from '../by-text.ts';
import { counts, type NodeBinding, type Placement, type RuleContext, type RuleGroup } from './rule-context.ts';

/** A rule that a placement breaks; `count` is the least number of moves that it takes to mend it alone. */
export type Violation = {
  rule: string;
  kind: 'apart' | 'together' | 'node';
  guests: readonly string[];
  count: number;
  sentence: string;
};

function byNode(guests: readonly string[], placement: Placement, ctx: RuleContext): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const guest of guests) {
    const node = placement[guest];
    if (node === undefined || !counts(guest, ctx)) continue;
    found.set(node, [...(found.get(node) ?? []), guest]);
  }
  return found;
}

function apart(group: RuleGroup, placement: Placement, ctx: RuleContext): Violation[] {
  return [...byNode(group.guests, placement, ctx)]
    .filter(([, guests]) => guests.length > 1)
    .map(([node, guests]) => ({
      rule: group.rule,
      kind: 'apart' as const,
      guests,
      count: guests.length - 1,
      sentence: `${group.rule}: ${guests.join(', ')} are together on ${node}`,
    }));
}

function together(group: RuleGroup, placement: Placement, ctx: RuleContext): Violation[] {
  const nodes = byNode(group.guests, placement, ctx);
  if (nodes.size < 2) return [];
  const guests = [...nodes.values()].flat();
  return [
    {
      rule: group.rule,
      kind: 'together',
      guests,
      count: guests.length - Math.max(...[...nodes.values()].map((g) => g.length)),
      sentence: `${group.rule}: ${guests.map((g) => `${g} on ${placement[g]}`).join(', ')}`,
    },
  ];
}

/** A pin or strict HA rule of a guest that does not name the node on which it is. */
function missedBinding(guest: string, placement: Placement, ctx: RuleContext): NodeBinding | undefined {
  const node = placement[guest];
  if (node === undefined || !counts(guest, ctx) || !ctx.guests.has(guest)) return undefined;
  return ctx.bindings.get(guest)?.find((b) => b.strict && !b.nodes.has(node));
}

/** Guests on nodes that a pin or a strict HA rule does not name. */
function onWrongNode(guests: Iterable<string>, placement: Placement, ctx: RuleContext): Violation[] {
  const found: Violation[] = [];
  for (const guest of guests) {
    const missed = missedBinding(guest, placement, ctx);
    if (!missed) continue;
    const names = [...missed.nodes.keys()].sort().join(', ');
    const instead = missed.avoided ? 'which it is to keep off' : `not on ${names}`;
    const sentence = `${missed.rule}: ${guest} is on ${placement[guest]}, ${instead}`;
    found.push({ rule: missed.rule, kind: 'node', guests: [guest], count: 1, sentence });
  }
  return found;
}

const broken = (groups: readonly RuleGroup[], guests: Iterable<string>, placement: Placement, ctx: RuleContext) => [
  ...groups.flatMap((g) => (g.kind === 'apart' ? apart : together)(g, placement, ctx)),
  ...onWrongNode(guests, placement, ctx),
];

/** The hard rules that a placement breaks, sorted; preferences of HA rules are not among them. */
export function violations(placement: Placement, ctx: RuleContext): Violation[] {
  return broken(ctx.groups, ctx.bindings.keys(), placement, ctx).sort((a, b) => byText(a.sentence, b.sentence));
}

/** The `count` of a group without its sentence. */
function countOf({ kind, guests }: RuleGroup, placement: Placement, ctx: RuleContext): number {
  const sizes = new Map<string, number>();
  let [all, largest] = [0, 0];
  for (const guest of guests) {
    const node = placement[guest];
    if (node === undefined || !counts(guest, ctx)) continue;
    const size = (sizes.get(node) ?? 0) + 1;
    sizes.set(node, size);
    largest = Math.max(largest, size);
    all++;
  }
  return all - (kind === 'apart' ? sizes.size : largest);
}

/** The same count for the rules of these guests alone: all that a move of them can change. */
export function violationsAround(guests: readonly string[], placement: Placement, ctx: RuleContext): number {
  let count = 0;
  for (const group of new Set(guests.flatMap((g) => ctx.groupsOf.get(g) ?? [])))
    count += countOf(group, placement, ctx);
  for (const guest of guests) if (missedBinding(guest, placement, ctx)) count++;
  return count;
}

/** How many moves away from all rules a placement is, at the least. */
export const violationCount = (placement: Placement, ctx: RuleContext): number =>
  violations(placement, ctx).reduce((sum, v) => sum + v.count, 0);

import { byText } from '../by-text.ts';
import { counts, type RuleContext } from './rule-context.ts';

/** Guests that rules bind together, directly or through others, whatever nodes they are on; sorted, of more than one. */
export function boundTogether(ctx: RuleContext): string[][] {
  const seen = new Set<string>();
  const found: string[][] = [];
  for (const { kind, guests } of ctx.groups)
    for (const guest of kind === 'together' ? guests : []) {
      if (seen.has(guest) || !isThere(guest, ctx)) continue;
      const all = [...chainsFrom(guest, ctx).keys()].sort(byText);
      for (const one of all) seen.add(one);
      if (all.length > 1) found.push(all);
    }
  return found;
}

const isThere = (guest: string, ctx: RuleContext): boolean => ctx.guests.has(guest) && counts(guest, ctx);

/** Whoever is bound to a guest, each with the rules of a shortest chain to it. */
function chainsFrom(guest: string, ctx: RuleContext): Map<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>([[guest, []]]);
  for (const [one, chain] of chains)
    for (const { rule, kind, guests } of ctx.groupsOf.get(one) ?? []) {
      if (kind !== 'together') continue;
      for (const other of guests) if (!chains.has(other) && isThere(other, ctx)) chains.set(other, [...chain, rule]);
    }
  return chains;
}

/** The rules that bind some guests of one chain to each other. */
export function rulesBinding([first, ...others]: readonly string[], ctx: RuleContext): string[] {
  if (first === undefined) return [];
  const chains = chainsFrom(first, ctx);
  return [...new Set(others.flatMap((guest) => chains.get(guest) ?? []))].sort(byText);
}

import { counts, type Placement, type RuleContext } from './rule-context.ts';

/** Guests that must move together with this one: bound to it by a rule, directly or through others, and on the same node. Sorted, itself included. */
export function companions(guest: string, placement: Placement, ctx: RuleContext): string[] {
  const found = new Set([guest]);
  const open = [guest];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const group of ctx.groupsOf.get(next) ?? []) {
      if (group.kind !== 'together') continue;
      for (const other of group.guests)
        if (!found.has(other) && placement[other] === placement[guest] && counts(other, ctx)) {
          found.add(other);
          open.push(other);
        }
    }
  return [...found].sort();
}

/** These guests and all that a rule binds to them or keeps from them: whom one must know to ask whether they may go somewhere. */
export function concerned(guests: Iterable<string>, ctx: RuleContext): Set<string> {
  const found = new Set(guests);
  for (const id of [...found])
    for (const group of ctx.groupsOf.get(id) ?? []) for (const other of group.guests) found.add(other);
  return found;
}

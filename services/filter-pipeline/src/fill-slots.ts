import type { Recommendation } from '@evenkeel/contracts';
import type { FilterContext } from './filter.ts';

/** Of moves in their order those that find a free slot: what HA makes upon the request for one of them needs none of its own. */
export function fillSlots(
  moves: readonly Recommendation[],
  free: number,
  context: Pick<FilterContext, 'run' | 'rules'>,
): Set<Recommendation> {
  const found = new Set<Recommendation>();
  let left = free;
  for (const move of moves) {
    const along = boundByHa(move.guest, context);
    const goesAlong = [...found].some(
      ({ guest, source_node, target_node }) =>
        along.has(guest) && source_node === move.source_node && target_node === move.target_node,
    );
    if (!goesAlong && left <= 0) continue;
    if (!goesAlong) left--;
    found.add(move);
  }
  return found;
}

/** A guest and those that HA moves with it: managed by HA, and kept together by its rules, directly or through others. */
function boundByHa(guest: string, { run, rules }: Pick<FilterContext, 'run' | 'rules'>): Set<string> {
  const isManaged = (one: string): boolean => rules.guests.get(one)?.ha !== undefined;
  const groups = run.sample.ha_rules
    .filter(({ type, affinity }) => type === 'resource-affinity' && affinity === 'positive')
    .map(({ guests }) => guests.filter(isManaged));
  const found = new Set([guest]);
  for (const one of found)
    for (const group of groups) if (group.some((other) => other === one)) for (const other of group) found.add(other);
  return found;
}

import { byText } from '../by-text.ts';

/** Guests that cannot all be on different nodes: there are fewer nodes that any of them may use. */
export type Crowd = { guests: string[]; nodes: string[] };

type Choices = ReadonlyMap<string, ReadonlySet<string>>;

/** Gives as many guests as can be a node of their own; each is asked once whether others can step aside for it. */
function matched(choices: Choices): Map<string, string> {
  const holder = new Map<string, string>();
  const settle = (guest: string, asked: Set<string>): boolean => {
    for (const node of choices.get(guest)!) {
      if (asked.has(node)) continue;
      asked.add(node);
      const other = holder.get(node);
      if (other === undefined || settle(other, asked)) {
        holder.set(node, guest);
        return true;
      }
    }
    return false;
  };
  for (const guest of choices.keys()) settle(guest, new Set());
  return holder;
}

/** The guests that hold what one without a node may use, and what those may use, and so on: as many nodes as holders. */
function crowdAround(guest: string, choices: Choices, holder: ReadonlyMap<string, string>): Crowd {
  const guests = new Set([guest]);
  const nodes = new Set<string>();
  for (const one of guests)
    for (const node of choices.get(one)!) {
      nodes.add(node);
      guests.add(holder.get(node)!);
    }
  return { guests: [...guests].sort(byText), nodes: [...nodes].sort(byText) };
}

/**
 * Sets of guests that cannot all have a node of their own, fewest nodes first; none where all can. Where one guest too many wants
 * the nodes of a set, any one fewer could have them.
 */
export function crowds(choices: Choices): Crowd[] {
  const holder = matched(choices);
  const placed = new Set(holder.values());
  const found = new Map<string, Crowd>();
  for (const guest of choices.keys()) {
    if (placed.has(guest)) continue;
    const crowd = crowdAround(guest, choices, holder);
    const key = crowd.nodes.join(' ');
    const guests = [...new Set([...(found.get(key)?.guests ?? []), ...crowd.guests])].sort(byText);
    found.set(key, { ...crowd, guests });
  }
  return [...found.values()].sort((a, b) => a.nodes.length - b.nodes.length || byText(a.guests[0]!, b.guests[0]!));
}

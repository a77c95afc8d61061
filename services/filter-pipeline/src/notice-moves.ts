import type { Config } from '@evenkeel/contracts';
import { byText } from '@evenkeel/model';
import { type Approvals, inFlight } from './approvals.ts';
import type { Generated } from './filter.ts';
import { isSameGuest } from './moves.ts';

/** Which guests stand where, and who they are, as far as that is known. */
export type Placed = { nodes: Readonly<Record<string, string>>; identities: Readonly<Record<string, string>> };
export type Moved = { guest: string; from: string; to: string; identity?: string };

/**
 * The guests of a run. One whose configuration was not read yet is left out: nobody can tell whether it has moved or is a new one under
 * the number of another.
 */
export function placedIn({
  placements,
  identities,
  guests,
}: Pick<Generated, 'placements' | 'identities' | 'guests'>): Placed {
  if (!identities)
    return {
      nodes: placements,
      identities: Object.fromEntries(guests.map(({ guest, identity }) => [guest, identity])),
    };
  const known = Object.entries(placements).filter(([guest]) => identities[guest] !== undefined);
  return { nodes: Object.fromEntries(known), identities };
}

/** Whether a number is, as far as anybody knows, still that of the guest that had it before. */
export const isStillThat = (guest: string, before: Placed, now: Placed): boolean =>
  isSameGuest({ identity: before.identities[guest] }, now.identities[guest]);

/** Guests that stand on another node than at the last run although no migration of ours took them there. */
export function noticeMoves(
  before: Placed,
  now: Placed,
  own: Approvals | undefined,
  at: { now: number; config: Config },
): Moved[] {
  const ours = new Set(inFlight(own, at.now, at.config).map(({ guest, target_node }) => `${guest} ${target_node}`));
  return Object.entries(now.nodes)
    .flatMap(([guest, to]) => {
      const from = before.nodes[guest];
      if (from === undefined || from === to || ours.has(`${guest} ${to}`) || !isStillThat(guest, before, now))
        return [];
      const identity = now.identities[guest];
      return [{ guest, from, to, ...(identity !== undefined && { identity }) }];
    })
    .sort((a, b) => byText(a.guest, b.guest));
}

import type { ApprovedMigration } from '@evenkeel/contracts';
import { guestClaim, slotClaim, slotsOf, sourceClaim, targetClaim } from './keys.ts';

/** A key of the ledger and the migration that holds it. */
export type Held = { key: string; holder: string };

export type Claiming =
  /** All of it is free or its own: to be taken in this order, the same for all, so that no two wait for each other. */
  { may: true; keys: string[] } | { may: false; because: 'duplicate' | 'busy'; reason: string; key: string };

/** What a migration must hold before it may start: its guest, one place at its source and its target, and one slot, of which a lowered limit counts all that are taken. */
export function planClaims(migration: ApprovedMigration, held: Held[], slots: number): Claiming {
  const holders = new Map(held.map(({ key, holder }) => [key, holder]));
  const other = (key: string) => {
    const holder = holders.get(key);
    return holder !== undefined && holder !== migration.migration_id ? holder : undefined;
  };
  const guest = guestClaim(migration);
  const holder = other(guest);
  if (holder)
    return no(
      holder === migration.parent_id ? 'busy' : 'duplicate',
      guest,
      `${migration.guest} is in migration ${holder}`,
    );
  const ends = [sourceClaim(migration), targetClaim(migration)];
  const end = ends.find(other);
  if (end)
    return no(
      'busy',
      end,
      `${end === ends[0] ? migration.source_node : migration.target_node} is busy with ${other(end)}`,
    );
  const taken = held.filter(({ key }) => key.startsWith(slotsOf(migration.cluster)));
  const keys = Array.from({ length: slots }, (_, i) => slotClaim(migration.cluster, i));
  const free = taken.length < slots ? keys.find((key) => !holders.has(key)) : undefined;
  const slot = taken.find(({ holder }) => holder === migration.migration_id)?.key ?? free;
  if (!slot) return no('busy', slotsOf(migration.cluster), `${taken.length} of ${slots} slots are taken`);
  return { may: true, keys: [guest, ...ends, slot] };
}

const no = (because: 'duplicate' | 'busy', key: string, reason: string): Claiming => ({
  may: false,
  because,
  reason,
  key,
});

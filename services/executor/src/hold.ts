import type { ApprovedMigration } from '@evenkeel/contracts';
import { z } from 'zod';
import type { Held } from './claims.ts';
import { claimsOf, doneKey } from './keys.ts';
import type { Outside } from './outside.ts';

/** Who holds a claim, and where the tombstone will stand that says that it is no longer wanted. */
const Claim = z.object({ holder: z.string(), done: z.string() });

/** `done` is null where the claim cannot be read: nobody knows whose it is, so it stays. */
export type Claimed = Held & { done: string | null; revision: number };

const unreadable = { holder: '(unknown)', done: null };
const read = (value: unknown) => Claim.safeParse(value).data ?? unreadable;

/** All that the migrations of the cluster hold. */
export async function readClaims({ ledger, cluster }: Outside): Promise<Claimed[]> {
  const kept = await ledger.list(claimsOf(cluster));
  return kept.map(({ key, value, revision }) => ({ key, revision, ...read(value) }));
}

/** Takes keys in their order; what is taken stays taken until the migration has ended, even where it is not all. */
export async function take(
  keys: string[],
  migration: ApprovedMigration,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<boolean> {
  const claim = { holder: migration.migration_id, done: doneKey(migration) };
  for (const key of keys) {
    if ((await ledger.create(key, claim)) !== null) continue;
    const kept = await ledger.get(key);
    if (!kept || read(kept.value).holder !== claim.holder) return false;
  }
  return true;
}

/** Lets go of all that a migration holds; only to be called once it has a tombstone. */
export async function letGo(migration_id: string, outside: Outside): Promise<void> {
  const held = await readClaims(outside);
  for (const { key, revision } of held.filter(({ holder }) => holder === migration_id))
    await outside.ledger.remove(key, revision);
}

/** What a process took that woke too late: its migration is not there any more, and has a tombstone. */
export async function letGoOfOrphans(held: Claimed[], present: Set<string>, { ledger }: Outside): Promise<void> {
  for (const { key, revision, done } of held.filter(({ holder }) => !present.has(holder)))
    if (done !== null && (await ledger.get(done))) await ledger.remove(key, revision);
}

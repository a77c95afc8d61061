import { type ApprovedMigration, executionsOf } from '@evenkeel/contracts';
import { type GuestRow, guestOfSid } from '@evenkeel/proxmox';
import type { Along } from './along.ts';
import { type Claimed, Execution } from './execution.ts';
import type { LaunchFacts } from './launch.ts';
import { lookBefore } from './look-before.ts';
import type { Outside } from './outside.ts';
import { readOtherMoves } from './read-other-moves.ts';

/** The guests that HA would take along by its own word, each with its own approval and everything that its move rests on. */
export async function lookAlong(execution: Claimed, seen: LaunchFacts['look'], outside: Outside): Promise<Along[]> {
  if (seen.seen !== true) return [];
  const { migration } = execution;
  const bound = (seen.look.preconditions?.dependent_ha_resources ?? []).map((sid) => guestOfSid(sid) ?? sid);
  const rows = new Map<string, GuestRow>(seen.look.guests.map((row) => [row.id, row]));
  const along = bound.filter((guest) => rows.get(guest)?.node !== migration.target_node);
  if (along.length === 0) return [];
  const approved = await readApproved(migration, outside);
  return Promise.all(
    along.map(async (guest): Promise<Along> => {
      const row = rows.get(guest);
      const own = approved.find(({ execution: { migration: m } }) => m.guest === guest);
      const of = own?.execution.migration ?? stoppedOf(row, migration, along);
      if (!of || row?.node !== migration.source_node) return { guest, row, own };
      const moves = await readOtherMoves(of, outside);
      return { guest, row, own, of, look: await lookBefore({ ...execution, migration: of }, outside, moves) };
    }),
  );
}

/** Approvals that wait for the same way. */
async function readApproved({ source_node, target_node }: ApprovedMigration, { ledger, cluster }: Outside) {
  const kept = await ledger.list(executionsOf(cluster));
  return kept.flatMap(({ value, revision }) => {
    const { data } = Execution.safeParse(value);
    if (data?.state !== 'approved' || data.migration.parent_id !== undefined) return [];
    const isSame = data.migration.source_node === source_node && data.migration.target_node === target_node;
    return isSame ? [{ execution: data, revision }] : [];
  });
}

/** What does not run is moved by nobody's plan, and held against the same rules: as a move of its own beside the others. */
function stoppedOf(
  row: GuestRow | undefined,
  migration: ApprovedMigration,
  along: readonly string[],
): ApprovedMigration | undefined {
  if (row?.status !== 'stopped') return undefined;
  const { vmid, type, name, id: guest } = row;
  const companions = [migration.guest, ...along].filter((other) => other !== guest) as ApprovedMigration['companions'];
  const { storage_map: _, ...plan } = migration.migration_plan;
  const migration_plan = { ...plan, migration_type: 'offline_migration' as const };
  return { ...migration, guest, vmid, type, name: name ?? guest, identity: '', companions, migration_plan };
}

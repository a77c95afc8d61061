import { type ApprovedMigration, executionsOf } from '@evenkeel/contracts';
import { moveOf, moveOfTombstone, type OtherMove } from './companions.ts';
import { Execution } from './execution.ts';
import { doneOn } from './keys.ts';
import type { Outside } from './outside.ts';

/** The other migrations by which those that a rule binds to a guest come or go; none where nobody is said to come along. */
export async function readOtherMoves(
  migration: ApprovedMigration,
  { ledger, cluster }: Pick<Outside, 'ledger' | 'cluster'>,
): Promise<OtherMove[]> {
  const { companions = [], parent_id, run_id, migration_id, approved_at, sampled_at = approved_at } = migration;
  if (companions.length === 0 && parent_id === undefined) return [];
  const kept = (await ledger.list(executionsOf(cluster))).flatMap(({ value }) => Execution.safeParse(value).data ?? []);
  const standing = kept.filter((other) => other.migration.migration_id !== migration_id).map(moveOf);
  const days = new Set([sampled_at, approved_at].map((at) => doneOn(cluster, at)));
  const tombstones = (await Promise.all([...days].map((day) => ledger.list(day)))).flat();
  const over = tombstones.flatMap(({ value }) => moveOfTombstone(value) ?? []);
  return [...standing, ...over].filter((move) => move.stage !== 'over' || move.run_id === run_id);
}

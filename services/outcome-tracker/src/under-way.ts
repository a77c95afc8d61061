import type { ApprovedMigration } from '@evenkeel/contracts';

type Kept = { state?: unknown; migration?: Partial<ApprovedMigration> };

/** A migration of the ledger whose end is yet to be said, in words; none where it only waits, and would be refused. */
export function underWay(value: unknown): string[] {
  const { state, migration } = (value ?? {}) as Kept;
  if (!migration || state === 'approved' || state === 'claimed') return [];
  return [`${migration.guest} ${migration.source_node}->${migration.target_node}`];
}

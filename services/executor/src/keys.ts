import { type ApprovedMigration, executionsOf, token } from '@evenkeel/contracts';

export const executionKey = (m: Pick<ApprovedMigration, 'cluster' | 'migration_id'>): string =>
  `${executionsOf(m.cluster)}.${token(m.migration_id)}`;

/** Prefix of what running migrations hold. */
export const claimsOf = (cluster: string): string => `${token(cluster)}.claim`;
export const guestClaim = (m: ApprovedMigration): string => `${claimsOf(m.cluster)}.guest.${token(m.guest)}`;
export const sourceClaim = (m: ApprovedMigration): string => `${claimsOf(m.cluster)}.source.${token(m.source_node)}`;
export const targetClaim = (m: ApprovedMigration): string => `${claimsOf(m.cluster)}.target.${token(m.target_node)}`;
/** Prefix of the slots that are taken, under whatever limit. */
export const slotsOf = (cluster: string): string => `${claimsOf(cluster)}.slot.`;
export const slotClaim = (cluster: string, i: number): string => `${slotsOf(cluster)}${i}`;

/** The migration that failed last. */
export const failureKey = (cluster: string): string => `${token(cluster)}.done.last-failure`;

/** Prefix of the tombstones of the migrations approved on a day; by day, so that old ones are found without reading all. */
export const doneOn = (cluster: string, time: string): string =>
  `${token(cluster)}.done.${time.slice(0, 10).replaceAll('-', '')}`;
export const doneKey = (m: ApprovedMigration): string => `${doneOn(m.cluster, m.approved_at)}.${token(m.migration_id)}`;

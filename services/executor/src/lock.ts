import type { GuestRow } from '@evenkeel/proxmox';

/** Locks that Proxmox takes for other work (of `qm.conf` and `pct.conf`): a guest that bears one is not in a migration. */
const others: readonly string[] = [
  'backup',
  'clone',
  'create',
  'destroyed',
  'disk',
  'fstrim',
  'mounted',
  'rollback',
  'snapshot',
  'snapshot-delete',
  'suspended',
  'suspending',
];

/** Whether its lock may be that of a migration; a backup that began right after, or a person's lock, says nothing of where it is. */
export const mayBeMigrating = ({ lock }: Pick<GuestRow, 'lock'>): boolean =>
  lock !== undefined && !others.includes(lock);

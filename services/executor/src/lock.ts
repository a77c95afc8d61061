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

/** That a guest is still locked, and the remedy: a lock that no task holds any more stays until somebody takes it off. */
export function sayStillLocked({ lock }: Pick<GuestRow, 'lock'>, { type, vmid }: Pick<GuestRow, 'type' | 'vmid'>) {
  const remedy = `: once no task of it runs any more, ${type === 'qemu' ? 'qm' : 'pct'} unlock ${vmid}`;
  return `still locked (${lock})${mayBeMigrating({ lock }) ? remedy : ''}`;
}

/** Whether its lock may be that of a migration; a backup that began right after, or a person's lock, says nothing of where it is. */
export const mayBeMigrating = ({ lock }: Pick<GuestRow, 'lock'>): boolean =>
  lock !== undefined && !others.includes(lock);

import type { TaskRow } from '@evenkeel/proxmox';

const guestTypes: Record<string, 'qemu' | 'lxc'> = { qmigrate: 'qemu', vzmigrate: 'lxc' };

/** `qemu/100` of a migration task, undefined for a task of another kind. */
export function guestOfTask({ type, id }: Pick<TaskRow, 'type' | 'id'>): string | undefined {
  const kind = guestTypes[type];
  return kind && /^\d{1,9}$/.test(id) ? `${kind}/${id}` : undefined;
}

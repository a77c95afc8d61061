import type { TaskRow } from '@evenkeel/proxmox';

/** `vm:100` is qemu/100, `ct:101` lxc/101; what is neither is no guest. */
export function guestOfSid(sid: string): string | undefined {
  const parts = /^(vm|ct):(\d{1,9})$/.exec(sid);
  return parts ? `${parts[1] === 'vm' ? 'qemu' : 'lxc'}/${parts[2]}` : undefined;
}

const guestTypes: Record<string, 'qemu' | 'lxc'> = { qmigrate: 'qemu', vzmigrate: 'lxc' };

/** `qemu/100` of a migration task, undefined for a task of another kind. */
export function guestOfTask({ type, id }: Pick<TaskRow, 'type' | 'id'>): string | undefined {
  const kind = guestTypes[type];
  return kind && /^\d{1,9}$/.test(id) ? `${kind}/${id}` : undefined;
}

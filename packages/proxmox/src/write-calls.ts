import type { Call } from './call.ts';
import { parseUpid } from './decode/tasks.ts';
import { guestPath, nodePath, segment } from './path.ts';
import type { GuestRef, MigrateOptions, Proxmox } from './port.ts';
import { ProxmoxError } from './port.ts';

/** Starting a task that first checks storages and replication takes Proxmox longer than reading does. */
const write_timeout_ms = 40_000;

function migrateForm(guest: GuestRef, options: MigrateOptions): Record<string, string> {
  if (guest.type === 'lxc') return { target: options.target, ...(options.restart ? { restart: '1' } : {}) };
  const pairs = Object.entries(options.storage_map ?? {});
  return {
    target: options.target,
    ...(options.online ? { online: '1' } : {}),
    ...(options.with_local_disks ? { 'with-local-disks': '1' } : {}),
    ...(options.conntrack ? { 'with-conntrack-state': '1' } : {}),
    ...(pairs.length > 0 ? { targetstorage: pairs.map(([here, there]) => `${here}:${there}`).join(',') } : {}),
  };
}

/** The two calls that change something; each is sent once. */
export function writeCalls(call: (call: Call) => Promise<unknown>): Pick<Proxmox, 'migrate' | 'stop_task'> {
  return {
    migrate: async (guest, options) => {
      const path = `${guestPath(guest)}/migrate`;
      const form = migrateForm(guest, options);
      const what = `Migration of ${guest.type}/${guest.vmid} to ${options.target}`;
      const upid = await call({ method: 'POST', path, form, what, timeout_ms: options.timeout_ms ?? write_timeout_ms });
      if (typeof upid === 'string' && parseUpid(upid)) return upid;
      throw new ProxmoxError('bad_answer', `POST ${path}: accepted, but the answer names no task.`, {
        status: 200,
        maybe_accepted: true,
      });
    },
    stop_task: async (upid) => {
      const node = parseUpid(upid)?.node;
      if (node === undefined) throw new ProxmoxError('refused', 'What should be stopped is not a task.');
      const path = `${nodePath(node)}/tasks/${segment(upid)}`;
      await call({ method: 'DELETE', path, what: `Stopping ${upid}`, timeout_ms: write_timeout_ms });
    },
  };
}

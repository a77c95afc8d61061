import type { GuestSample } from '@evenkeel/contracts';
import type { GuestRow } from '@evenkeel/proxmox';

/** Where Proxmox took `mem` from: without a balloon driver it repeats the host's view; before PVE 9 it does not say. */
export function memSource(guest: GuestRow): GuestSample['mem_source'] {
  if (guest.status !== 'running' || guest.mem === undefined) return 'unknown';
  if (guest.type === 'lxc') return 'cgroup';
  if (!guest.memhost) return 'unknown';
  return guest.mem === guest.memhost ? 'host' : 'balloon';
}

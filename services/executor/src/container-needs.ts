import type { GuestConstraints } from '@evenkeel/contracts';
import { constraintsOf } from '@evenkeel/proxmox';
import type { Look } from './preflight.ts';

/** What a container needs of a node, by its configuration as it will move; null for a VM, of which Proxmox says so itself in its preconditions. */
export function containerNeeds(
  type: 'qemu' | 'lxc',
  { guest_config, storages }: Pick<Look, 'guest_config' | 'storages'>,
): GuestConstraints | null {
  if (type !== 'lxc') return null;
  const shared = new Set(storages.filter((row) => row.shared).map(({ storage }) => storage));
  return constraintsOf(type, guest_config, { shared, snapshots_with_state: false });
}

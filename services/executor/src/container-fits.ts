import type { ApprovedMigration } from '@evenkeel/contracts';
import { containerNeeds } from './container-needs.ts';
import type { Look } from './preflight.ts';

/** Why a container cannot leave its node or come to its target with what it has, or null: Proxmox only finds out while it moves it, or never. */
export function containerFits(
  { guest, type, target_node: target }: ApprovedMigration,
  look: Look,
): { code: string; reason: string } | null {
  const needs = containerNeeds(type, look);
  if (!needs) return null;
  const bound = [...needs.local_devices, ...needs.bind_mounts];
  if (bound.length > 0) return { code: 'not_allowed', reason: `${guest} is bound to its node by ${bound.join(', ')}` };
  const there = look.storages.filter(({ node, active }) => node === target && active).map(({ storage }) => storage);
  const gone = needs.storages.find((storage) => !there.includes(storage));
  return gone === undefined
    ? null
    : { code: 'not_allowed', reason: `storage ${gone} of ${guest} is not available on ${target}` };
}

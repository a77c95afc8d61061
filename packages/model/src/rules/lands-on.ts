import type { GuestSample, NodeSample, StorageSample } from '@evenkeel/contracts';
import type { RuleContext } from './rule-context.ts';

type Lands = { storage: string } | { missing: string };

const find = (node: NodeSample | undefined, name: string): StorageSample | undefined =>
  node?.storages.find(({ storage }) => storage === name);

/** Only a running VM takes disks to a storage of another name: copies of the others need one of the same kind, and HA passes no map on. */
function fixed(guest: GuestSample, storage: string, ctx: RuleContext): string | null {
  if (guest.type === 'lxc') return 'the volumes of a container only go to a storage of the same name';
  if (guest.status !== 'running') return 'disks of a guest that is not running only go to a storage of the same name';
  if (guest.ha) return 'HA takes disks only to a storage of the same name';
  const here = find(ctx.nodes.get(guest.node), storage);
  return here?.shared ? 'it is shared' : null;
}

/** Where what a guest has on a storage comes to lie on a node: there, on the storage that `storage_map` names for it, or nowhere. */
export function landsOn(guest: GuestSample, storage: string, node: NodeSample, ctx: RuleContext): Lands {
  if (find(node, storage)?.active) return { storage };
  const missing = `storage ${storage} is not available on ${node.node}`;
  const others = ctx.config.automated_migrations.rules.storage_map[storage] ?? [];
  if (others.length === 0 || find(node, storage)) return { missing };
  const stays = fixed(guest, storage, ctx);
  if (stays) return { missing: `${missing}, and storage_map does not help: ${stays}` };
  const takes = others.find((name) => {
    const there = find(node, name);
    return there?.active && there.content.includes('images');
  });
  if (takes !== undefined) return { storage: takes };
  return { missing: `${missing}, nor one for VM disks that storage_map names for it (${others.join(', ')})` };
}

/** Storage there by storage here, where a guest's disks go to one of another name. */
export function storageMapTo(guest: GuestSample, node: NodeSample, ctx: RuleContext): Record<string, string> {
  const pairs = (guest.constraints?.storages ?? []).flatMap((storage): [string, string][] => {
    const lands = landsOn(guest, storage, node, ctx);
    return 'storage' in lands && lands.storage !== storage ? [[storage, lands.storage]] : [];
  });
  return Object.fromEntries(pairs);
}

/** Whether a node has copies of a guest's local disks, of which only what changed since has to be sent. */
export const hasCopies = (guest: GuestSample, node: string): boolean =>
  guest.constraints?.replicated_to?.includes(node) ?? false;

/** Bytes of a guest's local disks by the storage of a node that takes them, none where it has copies; undefined where its disks are not known by storage. */
export function landingBytes(
  guest: GuestSample,
  node: NodeSample,
  ctx: RuleContext,
): Record<string, number> | undefined {
  const here = guest.constraints?.local_storage_bytes;
  if (!here) return undefined;
  if (hasCopies(guest, node.node)) return {};
  const sums: Record<string, number> = {};
  for (const [storage, bytes] of Object.entries(here)) {
    const lands = landsOn(guest, storage, node, ctx);
    if ('storage' in lands) sums[lands.storage] = (sums[lands.storage] ?? 0) + bytes;
  }
  return sums;
}

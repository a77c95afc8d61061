import { isReplica, keepsGuestDisks, type Proxmox } from '@evenkeel/proxmox';
import { type Answer, inTime } from './in-time.ts';

type Resources = Awaited<ReturnType<Proxmox['resources']>>;

/** Volumes on nodes where their guest is not; `seen` is false where the token does not even see those that are used. */
export type LeftoversLook = {
  volumes: { volume: string; node: string; vmid: number; on: string; bytes: number | undefined }[];
  seen: boolean;
};

const patience_ms = 15_000;
/** So many storages are asked at most: a look, not a search. */
const most = 64;

/** Looks for disks that a migration left where their guest is not; null where there are no local storages, or they cannot be read. */
export async function lookForLeftovers(
  proxmox: Proxmox,
  resources: Answer<Resources> | undefined,
): Promise<LeftoversLook | null> {
  if (!resources?.ok) return null;
  const { guests, nodes, storages } = resources.value;
  const online = new Set(nodes.filter(({ status }) => status === 'online').map(({ node }) => node));
  const local = storages.filter((row) => !row.shared && row.active && online.has(row.node) && keepsGuestDisks(row));
  const jobs = await inTime(proxmox.replications(), patience_ms);
  if (local.length === 0 || !jobs.ok) return null;
  const where = new Map(guests.map(({ vmid, node }) => [vmid, node]));
  const look: LeftoversLook = { volumes: [], seen: false };
  for (const { node, storage } of local.slice(0, most)) {
    const found = await inTime(proxmox.volumes(node, storage), patience_ms);
    for (const { volume, vmid, bytes } of found.ok ? found.value : []) {
      const on = vmid === undefined ? undefined : where.get(vmid);
      if (vmid === undefined || on === undefined) continue;
      look.seen = true;
      if (on !== node && !isReplica(jobs.value, vmid, node)) look.volumes.push({ volume, node, vmid, on, bytes });
    }
  }
  return look;
}

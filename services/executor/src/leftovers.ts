import type { Leftover } from '@evenkeel/contracts';
import { gib } from '@evenkeel/model';
import { isReplica, keepsGuestDisks, type Replication, type StorageRow, type VolumeRow } from '@evenkeel/proxmox';

/** Named up to so many: a guest has a few disks. */
const most = 32;

/**
 * What a look for volumes of a guest on the node where it is not has found; `unseen` says why it may have missed some, and
 * `passes` where that may go away by itself.
 */
export type LeftoverLook = { leftovers?: Leftover[]; unseen?: string; passes?: boolean };

/** Storages of a node on which only it sees what a guest leaves behind. */
export const localStoragesOf = (node: string, rows: readonly StorageRow[]): StorageRow[] =>
  rows.filter((row) => row.node === node && !row.shared && keepsGuestDisks(row));

/** Volumes of a guest on a node where it is not; those that Proxmox keeps there as its replica are none. */
export function leftoversOf(
  vmid: number,
  node: string,
  volumes: readonly VolumeRow[],
  replications: readonly Replication[],
): Leftover[] {
  if (isReplica(replications, vmid, node)) return [];
  const own = volumes.filter((row) => row.vmid === vmid).sort((a, b) => (a.volume < b.volume ? -1 : 1));
  return own.slice(0, most).map(({ volume, bytes }) => ({ node, volume, ...(bytes === undefined ? {} : { bytes }) }));
}

/** What a look found, as the end of a sentence; empty where there is nothing to say. */
export function sayLeftovers(node: string, { leftovers = [], unseen }: LeftoverLook): string {
  const named = leftovers.map(({ volume, bytes }) => `${volume}${bytes === undefined ? '' : ` (${gib(bytes)})`}`);
  const left = named.length > 0 ? `; left over on ${node}, used by nobody: ${named.join(', ')}` : '';
  return left + (unseen === undefined ? '' : `; whether disks of it are left over on ${node} is not known: ${unseen}`);
}

import type { Proxmox } from '@evenkeel/proxmox';
import type { Ground } from './bench.ts';

const asked = new WeakSet<Proxmox>();

/** Epoch milliseconds of the cluster, else of the machine; a cluster's clock is known from its answers, so the first look asks for one. */
export async function clusterTime({ proxmox, machine_now }: Ground): Promise<number> {
  if (!proxmox) return machine_now();
  if (!asked.has(proxmox)) await proxmox.version();
  asked.add(proxmox);
  return proxmox.clock().now;
}

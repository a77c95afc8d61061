import type { Replication, StorageRow } from './port.ts';

/** Whether a storage takes disks of VMs or of containers. */
export const keepsGuestDisks = ({ content }: StorageRow): boolean =>
  content.some((kind) => kind === 'images' || kind === 'rootdir');

/** Whether Proxmox keeps what a guest has on a node as its replica there. */
export const isReplica = (jobs: readonly Replication[], vmid: number, node: string): boolean =>
  jobs.some((job) => job.vmid === vmid && job.target === node);

import type { GuestRow, NodeRow, StorageRow } from '@evenkeel/proxmox';

const GiB = 2 ** 30;

/** A running guest of node n1; what is given differs. */
export const guestRow = (differs: Partial<GuestRow> = {}): GuestRow => {
  const type = differs.type ?? 'qemu';
  const vmid = differs.vmid ?? 100;
  return {
    id: `${type}/${vmid}`,
    vmid,
    node: 'n1',
    type,
    name: `guest-${vmid}`,
    status: 'running',
    template: false,
    cpu: 0.25,
    maxcpu: 4,
    mem: 2 * GiB,
    maxmem: 4 * GiB,
    maxdisk: 32 * GiB,
    netin: 0,
    netout: 0,
    diskread: 0,
    diskwrite: 0,
    uptime: 1_000,
    tags: [],
    ...differs,
  };
};

export const nodeRow = (node: string, differs: Partial<NodeRow> = {}): NodeRow => ({
  node,
  status: 'online',
  cpu: 0.25,
  maxcpu: 16,
  mem: 16 * GiB,
  maxmem: 64 * GiB,
  uptime: 86_400,
  ...differs,
});

export const storageRow = (storage: string, node: string, shared: boolean): StorageRow => ({
  storage,
  node,
  shared,
  active: true,
  content: ['images', 'rootdir'],
  disk: 100 * GiB,
  maxdisk: 1000 * GiB,
});

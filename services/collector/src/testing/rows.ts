import type { GuestRow } from '@evenkeel/proxmox';

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

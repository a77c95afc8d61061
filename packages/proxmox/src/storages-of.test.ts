import { expect, test } from 'vitest';
import { storagesOf } from './storages-of.ts';

test('storages are those of disks, also unused ones, and not of media, mounts and empty drives', () => {
  const config = {
    scsi0: 'zfs:vm-101-disk-0,size=8G',
    efidisk0: 'lvm:vm-101-disk-1,size=4M',
    unused0: 'old:vm-101-disk-2',
    virtio1: 'file=zfs:vm-101-disk-3,size=1G',
    ide2: 'local:iso/debian.iso,media=cdrom',
    ide3: 'none,media=cdrom',
    mp0: '/srv/data,mp=/data',
    rootfs: 'ceph:vm-101-disk-4',
    net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0',
  };
  expect(storagesOf(config)).toEqual(['ceph', 'lvm', 'old', 'zfs']);
});

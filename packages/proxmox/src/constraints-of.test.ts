import fc from 'fast-check';
import { expect, it } from 'vitest';
import { constraintsOf } from './constraints-of.ts';

const GiB = 2 ** 30;
const known = { shared: new Set(['ceph', 'nfs']), snapshots_with_state: false };
const none = {
  storages: [],
  local_disk_bytes: 0,
  local_disks: 0,
  local_devices: [],
  bridges: [],
  cpu_type: 'kvm64',
  snapshots_with_state: false,
  bind_mounts: [],
};

it.each([
  { name: 'nothing said', config: {}, has: {} },
  { name: 'a shared disk', config: { scsi0: 'ceph:vm-100-disk-0,size=32G' }, has: { storages: ['ceph'] } },
  {
    name: 'local disks of every kind, once each',
    config: {
      scsi0: 'local-lvm:vm-100-disk-0,iothread=1,size=32G',
      virtio1: 'file=zfs:vm-100-disk-1,size=512M',
      efidisk0: 'local-lvm:vm-100-disk-2,efitype=4m,size=4M',
      tpmstate0: 'local-lvm:vm-100-disk-3,size=4M',
      unused0: 'zfs:vm-100-disk-9',
    },
    has: {
      storages: ['local-lvm', 'zfs'],
      local_disks: 5,
      local_disk_bytes: 32 * GiB + 520 * 2 ** 20,
      local_storage_bytes: { 'local-lvm': 32 * GiB + 8 * 2 ** 20, zfs: 512 * 2 ** 20 },
    },
  },
  { name: 'a limit of its own in MiB', config: { migrate_speed: '50' }, has: { migration_limit: 50 * 2 ** 20 } },
  { name: 'the limit that is none', config: { migrate_speed: '0' }, has: {} },
  { name: 'an empty drive', config: { ide2: 'none,media=cdrom' }, has: {} },
  {
    name: 'an image in the drive, shared',
    config: { ide2: 'nfs:iso/debian.iso,media=cdrom,size=600M' },
    has: { storages: ['nfs'] },
  },
  {
    name: 'an image in the drive, local',
    config: { ide2: 'local:iso/debian.iso,media=cdrom,size=600M' },
    has: { storages: ['local'], local_devices: ['ide2'] },
  },
  { name: 'the drive of the node', config: { ide2: 'cdrom,media=cdrom' }, has: { local_devices: ['ide2'] } },
  { name: 'a disk of the node', config: { scsi1: '/dev/disk/by-id/ata-X,size=1T' }, has: { local_devices: ['scsi1'] } },
  {
    name: 'cloud-init',
    config: { ide0: 'local-lvm:vm-100-cloudinit,media=cdrom' },
    has: { storages: ['local-lvm'], local_disks: 1, local_storage_bytes: { 'local-lvm': 0 } },
  },
  {
    name: 'devices',
    config: {
      hostpci0: '0000:01:00.0,pcie=1',
      usb0: 'host=1234:5678',
      usb1: 'spice',
      usb2: 'mapping=key',
      serial0: 'socket',
      serial1: '/dev/ttyS0',
      parallel0: '/dev/parport0',
      virtiofs0: 'dirid=share',
    },
    has: { local_devices: ['hostpci0', 'parallel0', 'serial1', 'usb0', 'usb2', 'virtiofs0'] },
  },
  {
    name: 'bridges',
    config: {
      net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr1,firewall=1',
      net1: 'e1000=BC:24:11:00:00:02,bridge=vmbr0',
      net2: 'virtio=BC:24:11:00:00:03',
    },
    has: { bridges: ['vmbr0', 'vmbr1'] },
  },
  { name: 'a CPU type', config: { cpu: 'x86-64-v2-AES' }, has: { cpu_type: 'x86-64-v2-AES' } },
  { name: 'a CPU type with flags', config: { cpu: 'cputype=host,flags=+aes' }, has: { cpu_type: 'host' } },
  {
    name: 'suspended to disk',
    config: { vmstate: 'ceph:vm-100-state-suspend' },
    has: { storages: ['ceph'], snapshots_with_state: true },
  },
])('$name', ({ config, has }) => {
  expect(constraintsOf('qemu', config as Record<string, string>, known)).toEqual({ ...none, ...has });
});

it('a container: volumes, bind mounts, devices', () => {
  const config = {
    rootfs: 'local-zfs:subvol-101-disk-0,size=8G',
    mp0: '/mnt/media,mp=/media',
    mp1: '/mnt/everywhere,mp=/x,shared=1',
    mp2: 'ceph:vm-101-disk-1,mp=/data,size=100G',
    dev0: '/dev/dri/renderD128',
    net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=dhcp',
    memory: '512',
  };
  expect(constraintsOf('lxc', config, known)).toEqual({
    ...none,
    cpu_type: 'container',
    storages: ['ceph', 'local-zfs'],
    local_disks: 1,
    local_storage_bytes: { 'local-zfs': 8 * GiB },
    local_disk_bytes: 8 * GiB,
    local_devices: ['dev0'],
    bridges: ['vmbr0'],
    bind_mounts: ['mp0'],
  });
});

it('takes any text for a configuration, in any order, for the same answer', () => {
  const key = fc.constantFrom(
    'scsi0',
    'ide2',
    'mp0',
    'rootfs',
    'net0',
    'cpu',
    'usb0',
    'hostpci0',
    'vmstate',
    '__proto__',
  );
  const value = fc.oneof(fc.string(), fc.constantFrom('local:vm-1,size=1G', '=,=', ',,', 'a:b,size=-1G', '/x'));
  const law = fc.property(fc.array(fc.tuple(key, value)), (entries) => {
    const config = Object.fromEntries(entries);
    const backwards = Object.fromEntries(Object.entries(config).reverse());
    const found = constraintsOf('lxc', config, known);
    expect(found.local_disk_bytes).toBeGreaterThanOrEqual(0);
    expect(constraintsOf('lxc', backwards, known)).toEqual(found);
  });
  fc.assert(law);
});

it.each([
  ['goes with it to where each of them is', 'mapping=nic', 'mapping=two', { local_devices: [], mapped_nodes: ['n2'] }],
  ['is on its nodes only', 'mapping=nic', 'none', { local_devices: ['hostpci1'], mapped_nodes: ['n1', 'n2'] }],
  ['stays where it may not follow', 'mapping=gpu', 'mapping=unknown', { local_devices: ['hostpci0', 'hostpci1'] }],
])('a mapped device %s', (_, hostpci0, hostpci1, has) => {
  const mappings = new Map(
    [
      { mapping: 'nic', live: true, nodes: ['n1', 'n2'] },
      { mapping: 'two', live: true, nodes: ['n2', 'n3'] },
      { mapping: 'gpu', live: false, nodes: ['n1', 'n2'] },
    ].map((one) => [one.mapping, one]),
  );
  expect(constraintsOf('qemu', { hostpci0, hostpci1 }, { ...known, mappings })).toEqual({ ...none, ...has });
  expect(constraintsOf('qemu', { hostpci0, hostpci1 }, known).local_devices).toEqual(['hostpci0', 'hostpci1']);
});

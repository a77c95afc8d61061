import { hashText } from '../random.ts';
import { MIB } from '../units.ts';
import type { GuestState } from '../world.ts';

const mac = (key: number): string =>
  `BC:24:11:${[16, 8, 0].map((shift) => ((key >>> shift) & 255).toString(16).toUpperCase().padStart(2, '0')).join(':')}`;

export const digest = (text: string): string =>
  [0, 1, 2, 3, 4].map((n) => hashText(`${n}/${text}`).toString(16).padStart(8, '0')).join('');

export const gib = (bytes: number): string => `${Math.round(bytes / 1024 ** 3)}G`;

export const qemuConfig = (guest: GuestState): Record<string, unknown> => ({
  name: guest.plan.name,
  memory: String(Math.round(guest.plan.memory / MIB)),
  cores: guest.plan.vcpus,
  sockets: 1,
  numa: 0,
  cpu: 'x86-64-v2-AES',
  ostype: 'l26',
  onboot: 1,
  agent: 'enabled=1',
  scsihw: 'virtio-scsi-single',
  boot: 'order=scsi0',
  net0: `virtio=${mac(guest.plan.key)},bridge=vmbr0,firewall=1`,
  smbios1: `uuid=${guest.plan.identity}`,
  vmgenid: `${guest.plan.identity.slice(0, -1)}f`,
  meta: `creation-qemu=9.2.0,ctime=${guest.plan.created}`,
});

export const lxcConfig = (guest: GuestState): Record<string, unknown> => ({
  hostname: guest.plan.name,
  memory: Math.round(guest.plan.memory / MIB),
  swap: Math.round(guest.plan.memory / MIB / 4),
  cores: guest.plan.vcpus,
  arch: 'amd64',
  ostype: 'debian',
  unprivileged: 1,
  onboot: 1,
  features: 'nesting=1',
  net0: `name=eth0,bridge=vmbr0,firewall=1,hwaddr=${mac(guest.plan.key)},ip=dhcp,type=veth`,
});

import { expect, it } from 'vitest';
import { identityOf, isSameGuest, marksOf } from './identity.ts';

const vm = {
  meta: 'creation-qemu=9.0.2,ctime=1700000000',
  smbios1: 'uuid=AAAAAAAA-0000-0000-0000-000000000001',
  net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0',
};
const ct = { net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:0a,ip=dhcp', hostname: 'x' };
const without = (config: Record<string, string>, ...keys: string[]) =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));

it.each([
  { name: 'renamed', before: marksOf('a', vm), after: marksOf('b', vm), same: true },
  {
    name: 'a network card replaced',
    before: marksOf('a', vm),
    after: marksOf('a', { ...vm, net0: 'virtio=BC:24:11:00:00:02' }),
    same: true,
  },
  {
    name: 'made again with the same name and address',
    before: marksOf('a', vm),
    after: marksOf('a', { ...vm, meta: 'ctime=1800000000' }),
    same: false,
  },
  {
    name: 'without a creation time, another UUID',
    before: marksOf('a', without(vm, 'meta')),
    after: marksOf('a', { smbios1: 'uuid=2' }),
    same: false,
  },
  { name: 'a container renamed', before: marksOf('a', ct), after: marksOf('b', ct), same: true },
  {
    name: 'a container with another address',
    before: marksOf('a', ct),
    after: marksOf('a', { net0: 'name=eth0,hwaddr=BC:24:11:00:00:0b' }),
    same: false,
  },
  {
    name: 'a container given a second card',
    before: marksOf('a', ct),
    after: marksOf('b', { ...ct, net1: 'name=eth1,hwaddr=BC:24:11:00:00:01' }),
    same: true,
  },
  { name: 'nothing but a name', before: marksOf('a', {}), after: marksOf('a', {}), same: true },
  { name: 'nothing but another name', before: marksOf('a', {}), after: marksOf('b', {}), same: false },
])('$name: same is $same', ({ before, after, same }) => {
  expect(isSameGuest(before, after)).toBe(same);
  expect(isSameGuest(after, before)).toBe(same);
});

it.each([
  [vm, 'ctime-1700000000'],
  [without(vm, 'meta'), 'uuid-aaaaaaaa-0000-0000-0000-000000000001'],
  [ct, 'mac-BC:24:11:00:00:0A'],
  [{}, 'name-web'],
])('is named after its strongest mark', (config, identity) => {
  expect(identityOf(marksOf('web', config as Record<string, string>))).toBe(identity);
});

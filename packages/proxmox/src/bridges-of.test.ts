import { expect, test } from 'vitest';
import { bridgesOf } from './bridges-of.ts';

test.each([
  [
    'a VM',
    { net1: 'virtio=BC:24:11:00:00:01,bridge=vmbr1,firewall=1', net0: 'e1000=BC:24:11:00:00:02,bridge=vmbr0' },
    ['vmbr0', 'vmbr1'],
  ],
  ['a container', { net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=dhcp' }, ['vmbr0']],
  ['two devices on one', { net0: 'virtio,bridge=vmbr0', net1: 'virtio,bridge=vmbr0' }, ['vmbr0']],
  [
    'a device on none, and what is no device',
    { net0: 'virtio=BC:24:11:00:00:01', nets: 'bridge=vmbr9', scsi0: 'a:b' },
    [],
  ],
])('of %s', (_, config, expected) => {
  expect(bridgesOf(config)).toEqual(expected);
});

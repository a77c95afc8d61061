import { properties } from './properties.ts';

const drive = /^(scsi|virtio|ide|sata)\d+$/;

/** True for a key that gives a guest something of its node: passthrough, a host's serial port, a physical disk or drive. */
export function isPassedThrough(key: string, value: string): boolean {
  const { first, rest } = properties(value);
  if (/^(hostpci|virtiofs|dev)\d+$/.test(key) || key === 'ivshmem') return true;
  if (/^usb\d+$/.test(key)) return (rest.host ?? first) !== 'spice';
  if (/^(serial|parallel)\d+$/.test(key)) return first !== 'socket';
  if (key === 'amd-sev' || key === 'intel-tdx') return true;
  if (drive.test(key)) return /^(\/dev\/|cdrom$)/.test(rest.file ?? first);
  return false;
}

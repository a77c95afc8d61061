import { type GuestConfig, properties } from './properties.ts';

const volumeKeys = /^(scsi|virtio|ide|sata|efidisk|tpmstate|unused|mp)\d+$|^rootfs$|^vmstate$/;

/** The storages that hold disks of a guest's configuration, each once, sorted; images of media are none. */
export function storagesOf(config: GuestConfig): string[] {
  const found = Object.entries(config).flatMap(([key, value]) => {
    const { first, rest } = properties(value);
    const at = volumeKeys.test(key) && /^([A-Za-z][\w.-]*):(?!iso\/)/.exec(rest.file ?? rest.volume ?? first);
    return at ? [at[1] as string] : [];
  });
  return [...new Set(found)].sort();
}

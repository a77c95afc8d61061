import type { GuestConstraints } from '@evenkeel/contracts';
import { bridgesOf } from './bridges-of.ts';
import { isPassedThrough } from './is-passed-through.ts';
import type { PciMapping } from './port.ts';
import { cpuTypeOf, type GuestConfig, properties, sizeOf } from './properties.ts';

/** PCI mappings by name. */
export type Mappings = ReadonlyMap<string, PciMapping>;

type Volume = { key: string; storage: string; bytes: number; isImage: boolean };

const volumeKeys = /^(scsi|virtio|ide|sata|efidisk|tpmstate|unused|mp)\d+$|^rootfs$|^vmstate$/;
const mostNames = 64;

/** The volume behind a key; undefined for an empty drive, a bind mount, a device. */
function volumeOf(key: string, value: string): Volume | undefined {
  const { first, rest } = properties(value);
  const at = /^([A-Za-z][\w.-]*):(.+)$/.exec(rest.file ?? rest.volume ?? first);
  if (!at) return undefined;
  return { key, storage: at[1] as string, bytes: sizeOf(rest.size), isImage: /^iso\//.test(at[2] as string) };
}

const named = (names: readonly string[]): string[] => [...new Set(names)].sort().slice(0, mostNames);

function byStorage(disks: readonly Volume[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { storage, bytes } of disks) sums[storage] = (sums[storage] ?? 0) + bytes;
  return sums;
}

/** Mount points of a container that are a path of its node, unless their administrator says that every node has it. */
function bindMounts(config: GuestConfig): string[] {
  return Object.entries(config)
    .filter(([key, value]) => /^(mp\d+|rootfs)$/.test(key) && isBind(value))
    .map(([key]) => key);
}

function isBind(value: string): boolean {
  const { first, rest } = properties(value);
  return (rest.volume ?? first).startsWith('/') && rest.shared !== '1';
}

/** Mapped devices that a running VM may take along, by key, with the nodes that have one. */
function followingDevices(config: GuestConfig, mappings: Mappings = new Map()): Map<string, readonly string[]> {
  const found = Object.entries(config).flatMap(([key, value]): [string, readonly string[]][] => {
    const name = /^hostpci\d+$/.test(key) ? properties(value).rest.mapping : undefined;
    const mapping = name === undefined ? undefined : mappings.get(name);
    return mapping?.live ? [[key, mapping.nodes]] : [];
  });
  return new Map(found);
}

const commonNodes = ([first = [], ...others]: (readonly string[])[]): string[] =>
  first.filter((node) => others.every((nodes) => nodes.includes(node)));

/** What of a configuration decides where its guest may run. A storage that nobody calls shared counts as local. */
export function constraintsOf(
  type: 'qemu' | 'lxc',
  config: GuestConfig,
  known: { shared: ReadonlySet<string>; snapshots_with_state: boolean; mappings?: Mappings },
): GuestConstraints {
  const volumes = Object.entries(config).flatMap(([key, value]) =>
    volumeKeys.test(key) ? (volumeOf(key, value) ?? []) : [],
  );
  const local = volumes.filter(({ storage }) => !known.shared.has(storage));
  const disks = local.filter(({ isImage }) => !isImage);
  const followers = followingDevices(config, known.mappings);
  const devices = Object.entries(config).filter(([key, value]) => isPassedThrough(key, value) && !followers.has(key));
  return {
    storages: named(volumes.map(({ storage }) => storage)),
    local_disk_bytes: disks.reduce((sum, { bytes }) => sum + bytes, 0),
    local_disks: disks.length,
    ...(disks.length > 0 && { local_storage_bytes: byStorage(disks) }),
    local_devices: named([
      ...devices.map(([key]) => key),
      ...local.filter(({ isImage }) => isImage).map(({ key }) => key),
    ]),
    ...(followers.size > 0 && { mapped_nodes: commonNodes([...followers.values()]) }),
    bridges: named(bridgesOf(config)),
    cpu_type: cpuTypeOf(type, config),
    snapshots_with_state: known.snapshots_with_state || config.vmstate !== undefined,
    ...(Number(config.migrate_speed) > 0 && { migration_limit: Number(config.migrate_speed) * 2 ** 20 }),
    bind_mounts: type === 'lxc' ? named(bindMounts(config)) : [],
  };
}

import { z } from 'zod';
import type { PciMapping, Replication, VolumeRow } from '../port.ts';
import { flag, num, properties, requiredNum, requiredText } from './values.ts';

const vmid = 999_999_999;

export const volumeRow = z
  .object({ volid: requiredText, vmid: num(vmid), size: num() })
  .transform(({ volid, vmid, size }): VolumeRow => ({ volume: volid, vmid, bytes: size }));

export const replicationRow = z
  .object({ guest: requiredNum(vmid), target: requiredText })
  .transform(({ guest, target }): Replication => ({ vmid: guest, target }));

/** A row of the network of a node. */
export const bridgeRow = z.object({ iface: requiredText }).transform(({ iface }) => iface);

const entries = z
  .unknown()
  .optional()
  .transform((value) => (Array.isArray(value) ? value : typeof value === 'string' ? [value] : []));

export const pciMappingRow = z
  .object({ id: requiredText, map: entries, 'live-migration-capable': flag(false) })
  .transform(({ id, map, 'live-migration-capable': live }): PciMapping => {
    const nodes = map.flatMap((entry) => properties.parse(entry).node ?? []);
    return { mapping: id, live, nodes: [...new Set(nodes.filter((node) => typeof node === 'string'))].sort() };
  });

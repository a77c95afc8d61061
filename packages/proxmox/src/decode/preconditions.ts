import { z } from 'zod';
import type { MigrationPreconditions } from '../port.ts';
import { tidy } from '../say-error.ts';
import { anyObject, flag, isObject, num, requiredText, text, toBoolean } from './values.ts';

const strings = z
  .unknown()
  .optional()
  .transform((value) => (Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : undefined));
const disk = z
  .object({
    volid: requiredText,
    size: num(),
    shared: flag(false),
    cdrom: flag(false),
    is_cloudinit: flag(false),
    replicate: flag(false),
    referenced_in_snapshot: anyObject,
  })
  .transform(({ volid, size, shared, ...said }) => ({ volid, size, shared, stays: whyItStays(said) }));
const disks = z
  .unknown()
  .optional()
  .transform((value) => (Array.isArray(value) ? value : []).flatMap((row) => disk.safeParse(row).data ?? []));
const blocking = z.object({ sid: requiredText, cause: text });

type DiskFlags = { cdrom: boolean; is_cloudinit: boolean; referenced_in_snapshot: Record<string, unknown> };

/** Proxmox finds these out only in the task, after the guest is locked. */
function whyItStays({ cdrom, is_cloudinit, referenced_in_snapshot }: DiskFlags): string | undefined {
  if (cdrom && !is_cloudinit) return 'a CD image on a local storage: eject it';
  const snapshots = Object.keys(referenced_in_snapshot);
  return snapshots.length > 0 ? `a local disk with snapshots (${tidy(snapshots.join(', '))})` : undefined;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
}

/** Why a node is not allowed, in sentences; none where Proxmox names no reason. */
function reasons(said: unknown): string[] {
  if (!isObject(said)) return [];
  const blockers = Array.isArray(said['blocking-ha-resources']) ? said['blocking-ha-resources'] : [];
  return [
    ...listOf(said.unavailable_storages).map((storage) => `storage ${storage} is not available there`),
    ...listOf(said['unavailable-resources']).map((resource) => `mapped device ${resource} is not available there`),
    ...blockers.flatMap((row) => {
      const read = blocking.safeParse(row).data;
      return read ? [`HA ${read.cause ?? 'rule'} with ${read.sid} forbids it`] : [];
    }),
  ];
}

/** Proxmox lists allowed nodes among the others, without a reason: those are not refused. */
function refusals(said: Record<string, unknown>, allowed: string[] | undefined): Record<string, string[]> {
  const entries = Object.entries(said).flatMap(([node, why]): [string, string[]][] => {
    const found = reasons(why);
    if (found.length > 0) return [[node, found]];
    return allowed && !allowed.includes(node) ? [[node, ['Proxmox does not allow it and gives no reason']]] : [];
  });
  return Object.fromEntries(entries);
}

function withoutStorages(said: Record<string, unknown>): Record<string, string[]> {
  const entries = Object.entries(said).map(([node, why]): [string, string[]] => [
    node,
    isObject(why) ? listOf(why.unavailable_storages) : [],
  ]);
  return Object.fromEntries(entries.filter(([, storages]) => storages.length > 0));
}

/** Mapped devices that cannot follow a running guest; before 8.3.9 Proxmox only lists them, and none can. */
function boundDevices(listed: string[], info: Record<string, unknown>): string[] {
  const follows = (key: string): boolean => {
    const device = info[key];
    return isObject(device) && toBoolean(device['live-migration']) === true;
  };
  return [...new Set([...listed, ...Object.keys(info)])].filter((key) => !follows(key));
}

export const preconditionsAnswer = z
  .object({
    running: flag(false),
    allowed_nodes: strings,
    'allowed-nodes': strings,
    not_allowed_nodes: anyObject,
    'not-allowed-nodes': anyObject,
    local_disks: disks,
    local_resources: strings,
    'mapped-resources': strings,
    'mapped-resource-info': anyObject,
    'dependent-ha-resources': strings,
    'has-dbus-vmstate': flag(false),
  })
  .transform((answer): MigrationPreconditions => {
    const allowed_nodes = answer.allowed_nodes ?? answer['allowed-nodes'];
    const devices = [
      ...(answer.local_resources ?? []),
      ...boundDevices(answer['mapped-resources'] ?? [], answer['mapped-resource-info']),
    ];
    return {
      running: answer.running,
      allowed_nodes,
      not_allowed: refusals({ ...answer.not_allowed_nodes, ...answer['not-allowed-nodes'] }, allowed_nodes),
      unavailable_storages: withoutStorages(answer.not_allowed_nodes),
      local_disks: answer.local_disks
        .filter(({ shared }) => !shared)
        .map(({ volid, size, stays }) => ({ volid, size, ...(stays !== undefined && { stays }) })),
      local_resources: [...new Set(devices)],
      dependent_ha_resources: answer['dependent-ha-resources'] ?? [],
      ...(answer['has-dbus-vmstate'] && { conntrack: true as const }),
    };
  });

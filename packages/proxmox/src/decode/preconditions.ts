import { z } from 'zod';
import type { MigrationPreconditions } from '../port.ts';
import { anyObject, flag, isObject, num, requiredText, text, toBoolean } from './values.ts';

const strings = z
  .unknown()
  .optional()
  .transform((value) => (Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : undefined));
const disk = z.object({ volid: requiredText, size: num(), shared: flag(false) });
const disks = z
  .unknown()
  .optional()
  .transform((value) => (Array.isArray(value) ? value : []).flatMap((row) => disk.safeParse(row).data ?? []));
const blocking = z.object({ sid: requiredText, cause: text });

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

/** Mapped devices that cannot follow a running guest. */
function boundDevices(info: Record<string, unknown>): string[] {
  return Object.entries(info)
    .filter(([, device]) => !(isObject(device) && toBoolean(device['live-migration']) === true))
    .map(([key]) => key);
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
    'mapped-resource-info': anyObject,
    'dependent-ha-resources': strings,
  })
  .transform((answer): MigrationPreconditions => {
    const allowed_nodes = answer.allowed_nodes ?? answer['allowed-nodes'];
    const devices = [...(answer.local_resources ?? []), ...boundDevices(answer['mapped-resource-info'])];
    return {
      running: answer.running,
      allowed_nodes,
      not_allowed: refusals({ ...answer.not_allowed_nodes, ...answer['not-allowed-nodes'] }, allowed_nodes),
      local_disks: answer.local_disks.filter(({ shared }) => !shared).map(({ volid, size }) => ({ volid, size })),
      local_resources: [...new Set(devices)],
      dependent_ha_resources: answer['dependent-ha-resources'] ?? [],
    };
  });

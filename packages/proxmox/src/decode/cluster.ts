import { z } from 'zod';
import type { Proxmox } from '../port.ts';
import { anyObject, flag, isObject, looseText, properties, requiredText, text, toBoolean } from './values.ts';

export const versionAnswer = z.object({ version: requiredText, release: looseText }).transform((answer) => {
  return { version: answer.version, release: answer.release ?? '' };
});

const statusRow = z.object({
  type: z.string(),
  name: text,
  quorate: flag(false),
  online: flag(false),
  ip: text,
});
export type StatusRow = z.output<typeof statusRow>;
export { statusRow };

/** A node that stands alone has no cluster row and is its own quorum. */
export function statusOf(rows: StatusRow[]): Awaited<ReturnType<Proxmox['status']>> {
  const cluster = rows.find(({ type }) => type === 'cluster');
  const nodes = rows.flatMap(({ type, name, online, ip }) =>
    type === 'node' && name ? [{ node: name, online, ip }] : [],
  );
  return { name: cluster?.name, quorate: cluster ? cluster.quorate : nodes.length === 1, nodes };
}

export const optionsAnswer = z
  .object({ crs: properties, migration: properties, bwlimit: properties })
  .transform(({ crs, migration, bwlimit }): Awaited<ReturnType<Proxmox['options']>> => {
    const mode = typeof crs.ha === 'string' && crs.ha !== '' ? crs.ha : 'basic';
    const network = typeof migration.network === 'string' ? migration.network : undefined;
    return {
      crs: { mode, auto_rebalance: toBoolean(crs['ha-auto-rebalance']) ?? false },
      migration_network: network,
      migration_limit: migrationLimit(bwlimit),
    };
  });

/** Bytes a second of `migration=`, else of `default=`, which Proxmox writes in KiB; 0 is no limit. */
function migrationLimit({ migration, default: any }: Record<string, unknown>): number | undefined {
  const kib = Number(migration ?? any ?? 0);
  return kib > 0 ? 1024 * kib : undefined;
}

/** By path the privileges held there; true where they also hold below it. */
export const permissionsAnswer = z.record(z.string(), anyObject).transform((answer) => {
  const privileges = (held: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(held).map(([name, value]) => [name, toBoolean(value) ?? false]));
  return Object.fromEntries(Object.entries(answer).map(([path, held]) => [path, privileges(held)]));
});

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Nodes in maintenance, or asked to be, from what the HA manager writes down, and what of it says neither yes nor no. */
export const managerStatusAnswer = z
  .object({ manager_status: z.unknown().optional(), lrm_status: z.unknown().optional() })
  .transform(({ manager_status, lrm_status }) => {
    const dropped: unknown[] = [];
    const entries = (value: unknown, isRead: (entry: unknown) => boolean): [string, unknown][] => {
      if (!isObject(value)) {
        if (!isEmpty(value)) dropped.push(value);
        return [];
      }
      const all = Object.entries(value);
      dropped.push(...all.filter(([, entry]) => !isRead(entry)).map(([node]) => ({ node })));
      return all;
    };
    const manager = Object.fromEntries(entries(manager_status, () => true));
    const orEmpty = (entry: unknown): boolean => isObject(entry) || isEmpty(entry);
    const inMaintenance = [
      ...entries(manager.node_status, (entry) => typeof entry === 'string').filter(([, s]) => s === 'maintenance'),
      ...entries(manager.node_request, orEmpty).filter(
        ([, asked]) => isObject(asked) && toBoolean(asked.maintenance) === true,
      ),
      ...entries(lrm_status, orEmpty).filter(([, lrm]) => isObject(lrm) && lrm.mode === 'maintenance'),
    ];
    return { nodes: [...new Set(inMaintenance.map(([node]) => node))].sort(), dropped };
  });

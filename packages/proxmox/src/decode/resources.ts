import { z } from 'zod';
import type { GuestRow, NodeRow, StorageRow } from '../port.ts';
import { flag, looseText, num, readRows, requiredNum, requiredText, text, words } from './values.ts';

/** Fractions of threads: a guest may pass 1 a little, nothing passes this. */
const most_cpu = 64;
const most_threads = 65_536;

const nodeRow = z
  .object({
    type: z.literal('node'),
    node: requiredText,
    status: text,
    cpu: num(most_cpu),
    maxcpu: num(most_threads),
    mem: num(),
    maxmem: num(),
    uptime: num(),
    hastate: text,
  })
  .transform(({ type: _, status, ...row }): NodeRow => {
    return { ...row, status: status === 'online' || status === 'offline' ? status : 'unknown' };
  });

const guestRow = z
  .object({
    type: z.enum(['qemu', 'lxc']),
    vmid: requiredNum(999_999_999).pipe(z.int().min(1)),
    node: requiredText,
    name: looseText,
    status: text,
    template: flag(false),
    cpu: num(most_cpu),
    maxcpu: num(most_threads),
    mem: num(),
    maxmem: num(),
    memhost: num(),
    disk: num(),
    maxdisk: num(),
    netin: num(),
    netout: num(),
    diskread: num(),
    diskwrite: num(),
    uptime: num(),
    pool: text,
    lock: text,
    tags: words,
    hastate: text,
  })
  .transform((row): GuestRow => ({ ...row, id: `${row.type}/${row.vmid}`, status: row.status ?? 'unknown' }));

const storageRow = z
  .object({
    type: z.literal('storage'),
    storage: requiredText,
    node: requiredText,
    shared: flag(false),
    status: text,
    content: words,
    disk: num(),
    maxdisk: num(),
  })
  .transform(({ type: _, status, ...row }): StorageRow => ({ ...row, active: status === 'available' }));

/** Rows of other kinds (pools, networks) are none of ours and count as neither read nor dropped. */
const anyRow = z.looseObject({ type: z.string() });
const byType = <T>(schema: z.ZodType<T>, rows: unknown[], types: string[]) =>
  readRows(
    schema,
    rows.filter((row) => types.includes((row as { type: string }).type)),
  ) ?? { rows: [], dropped: [] as unknown[] };

type DroppedResource = 'node' | 'guest' | 'storage' | 'resource';

/** The answer of /cluster/resources; undefined where it is no list. */
export function decodeResources(
  data: unknown,
):
  | { nodes: NodeRow[]; guests: GuestRow[]; storages: StorageRow[]; dropped: Record<DroppedResource, unknown[]> }
  | undefined {
  const all = readRows(anyRow, data);
  if (!all) return undefined;
  const nodes = byType(nodeRow, all.rows, ['node']);
  const guests = byType(guestRow, all.rows, ['qemu', 'lxc']);
  const storages = byType(storageRow, all.rows, ['storage']);
  const dropped = { node: nodes.dropped, guest: guests.dropped, storage: storages.dropped, resource: all.dropped };
  return { nodes: nodes.rows, guests: guests.rows, storages: storages.rows, dropped };
}

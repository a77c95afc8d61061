import type { StorageDescription } from '../description.ts';
import { guestFigures } from '../published.ts';
import { GIB } from '../units.ts';
import {
  bootedAt,
  type GuestState,
  inMaintenance,
  isOnline,
  lockOf,
  type NodeState,
  nodeOf,
  type World,
} from '../world.ts';
import { type Caller, may } from './access.ts';
import type { Context } from './route.ts';

const ROOT_DISK = 94 * GIB;

/** A node as `/cluster/resources` and `/nodes` have it: without figures where the caller may not see them or there are none. */
export const nodeRow = (
  { world, caller, published }: Pick<Context, 'world' | 'caller' | 'published'>,
  node: NodeState,
): Record<string, unknown> => {
  const { plan } = node;
  const online = isOnline(world, plan.name);
  const row: Record<string, unknown> = {
    id: `node/${plan.name}`,
    node: plan.name,
    type: 'node',
    status: online ? 'online' : 'offline',
    level: '',
  };
  if (!may(caller, `/nodes/${plan.name}`, 'Sys.Audit')) return row;
  const said = published(node);
  const stats = online &&
    said && {
      cpu: said.load.cpu,
      maxcpu: plan.threads,
      mem: Math.round(said.load.mem),
      maxmem: plan.memory,
      disk: Math.round(ROOT_DISK * 0.2),
      maxdisk: ROOT_DISK,
      uptime: Math.max(0, Math.floor((said.tick - bootedAt(node)) / 1000)),
    };
  return { ...row, ...(stats || {}), ...(online && !said ? { status: 'unknown' } : {}) };
};

export const haStateOfNode = (world: World, node: NodeState): string => {
  if (!isOnline(world, node.plan.name)) return 'unknown';
  return inMaintenance(world, node.plan) ? 'maintenance' : 'online';
};

export const guestVisible = (caller: Caller, guest: GuestState): boolean =>
  may(caller, `/vms/${guest.plan.vmid}`, 'VM.Audit') ||
  (guest.plan.pool !== undefined && may(caller, `/pool/${guest.plan.pool}`, 'VM.Audit'));

/** The state of a service as rows show it. */
export const haStateOf = (guest: GuestState): string | undefined =>
  guest.ha?.state === 'starting' ? 'started' : guest.ha?.state;

const known = (world: World, guest: GuestState) => ({
  ...(guest.plan.pool ? { pool: guest.plan.pool } : {}),
  ...(guest.ha ? { hastate: haStateOf(guest) } : {}),
  ...(lockOf(world, guest) ? { lock: lockOf(world, guest) } : {}),
  ...(guest.plan.tags.length > 0 ? { tags: guest.plan.tags.join(';') } : {}),
});

export const guestRow = ({ world, published }: Context, guest: GuestState): Record<string, unknown> => {
  const { plan } = guest;
  const node = world.nodes.get(nodeOf(guest)) as NodeState;
  const base = { id: plan.id, vmid: plan.vmid, type: plan.type, node: node.plan.name };
  const said = published(node);
  const figures = guestFigures(guest, node, said);
  if (!figures)
    return {
      ...base,
      status: 'unknown',
      ...(guest.ha ? { hastate: haStateOf(guest) } : {}),
      ...(lockOf(world, guest) ? { lock: lockOf(world, guest) } : {}),
    };
  const { running, memhost, ...rest } = figures;
  return {
    ...base,
    ...known(world, guest),
    ...rest,
    ...(world.plan.major === 9 && plan.type === 'qemu' ? { memhost } : {}),
    name: plan.name,
    status: running ? 'running' : 'stopped',
    template: plan.template ? 1 : 0,
    maxmem: plan.memory,
    disk: plan.type === 'lxc' && running ? Math.round((plan.disks[0]?.bytes ?? 0) * 0.4) : 0,
    maxdisk: plan.disks[0]?.bytes ?? 0,
  };
};

export type Use = { used: number; total: number };

/** Half of what the volumes on a storage could grow to, and what it holds besides; by `storage` where shared, `node/storage` where not. */
export const storageUses = (world: World): ((storage: StorageDescription, node: string) => Use) => {
  const key = (storage: string, shared: boolean, node: string) => (shared ? storage : `${node}/${storage}`);
  const sums = new Map<string, number>();
  for (const guest of world.guests.values())
    for (const disk of guest.plan.disks) {
      const at = key(disk.storage, disk.shared, nodeOf(guest));
      sums.set(at, (sums.get(at) ?? 0) + disk.bytes * 0.5);
    }
  for (const disk of world.leftovers) {
    const at = key(disk.storage, disk.shared, disk.node);
    sums.set(at, (sums.get(at) ?? 0) + disk.bytes * 0.5);
  }
  return (storage, node) => {
    const total = Math.round(storage.size_gib * GIB);
    const used = total * 0.02 + (sums.get(key(storage.name, storage.shared, node)) ?? 0);
    return { used: Math.min(total, Math.round(used)), total };
  };
};

/** The storages that a node has. */
export const storagesOf = (world: World, node: string): StorageDescription[] =>
  world.plan.storages.filter((storage) => storage.nodes === undefined || storage.nodes.includes(node));

export const storageRows = ({ world, caller }: Context): unknown[] => {
  const useOf = storageUses(world);
  return world.plan.nodes.flatMap((node) =>
    storagesOf(world, node.name)
      .filter((storage) => may(caller, `/storage/${storage.name}`, 'Datastore.Audit'))
      .map((storage) => {
        const use = useOf(storage, node.name);
        const up = isOnline(world, node.name);
        return {
          id: `storage/${node.name}/${storage.name}`,
          storage: storage.name,
          node: node.name,
          type: 'storage',
          plugintype: storage.type,
          status: up ? 'available' : 'unknown',
          shared: storage.shared ? 1 : 0,
          content: storage.content.join(','),
          ...(up ? { disk: use.used, maxdisk: use.total } : {}),
        };
      }),
  );
};

export const networkRows = ({ world, caller }: Context): unknown[] =>
  may(caller, '/sdn/zones/localnetwork', 'SDN.Audit')
    ? world.plan.nodes.map(({ name: node }) =>
        world.plan.major === 8
          ? { id: `sdn/${node}/localnetwork`, sdn: 'localnetwork', node, type: 'sdn', status: 'ok' }
          : {
              id: `network/${node}/zone/localnetwork`,
              network: 'localnetwork',
              'network-type': 'zone',
              node,
              type: 'network',
              status: 'ok',
            },
      )
    : [];

export const poolRows = ({ world, caller }: Context): unknown[] =>
  [...new Set(world.plan.guests.map((guest) => guest.pool))]
    .filter((pool) => pool !== undefined && may(caller, `/pool/${pool}`, 'Pool.Audit'))
    .sort()
    .map((pool) => ({ id: `/pool/${pool}`, pool, type: 'pool' }));

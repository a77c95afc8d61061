import type { StorageDescription } from '../description.ts';
import { guestFigures } from '../published.ts';
import { GIB } from '../units.ts';
import {
  type GuestState,
  inMaintenance,
  isOnline,
  isQuorate,
  lockOf,
  type NodeState,
  nodeOf,
  type World,
} from '../world.ts';
import { type Caller, may } from './access.ts';
import type { Context, Route } from './route.ts';
import { taskRow } from './task-row.ts';

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
      uptime: Math.floor((said.tick - plan.booted) / 1000),
    };
  return { ...row, ...(stats || {}), ...(online && !said ? { status: 'unknown' } : {}) };
};

const haStateOfNode = (world: World, node: NodeState): string => {
  if (!isOnline(world, node.plan.name)) return 'unknown';
  return inMaintenance(world, node.plan) ? 'maintenance' : 'online';
};

const guestVisible = (caller: Caller, guest: GuestState): boolean =>
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

const guestRow = ({ world, published }: Context, guest: GuestState): Record<string, unknown> => {
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
  return (storage, node) => {
    const total = Math.round(storage.size_gib * GIB);
    const used = total * 0.02 + (sums.get(key(storage.name, storage.shared, node)) ?? 0);
    return { used: Math.min(total, Math.round(used)), total };
  };
};

/** The storages that a node has. */
export const storagesOf = (world: World, node: string): StorageDescription[] =>
  world.plan.storages.filter((storage) => storage.nodes === undefined || storage.nodes.includes(node));

const storageRows = ({ world, caller }: Context): unknown[] => {
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

const networkRows = ({ world, caller }: Context): unknown[] =>
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

const poolRows = ({ world, caller }: Context): unknown[] =>
  [...new Set(world.plan.guests.map((guest) => guest.pool))]
    .filter((pool) => pool !== undefined && may(caller, `/pool/${pool}`, 'Pool.Audit'))
    .sort()
    .map((pool) => ({ id: `/pool/${pool}`, pool, type: 'pool' }));

const resources = (context: Context): unknown[] => {
  const { world, caller, given } = context;
  const wants = (type: string) => given.type === undefined || given.type === type;
  const nodeExtra = (node: NodeState) =>
    isOnline(world, node.plan.name) && may(caller, `/nodes/${node.plan.name}`, 'Sys.Audit') ? { 'cgroup-mode': 2 } : {};
  const ha = (node: NodeState) => (world.plan.major === 9 ? { hastate: haStateOfNode(world, node) } : {});
  return [
    ...(given.type === undefined ? poolRows(context) : []),
    ...(wants('vm')
      ? [...world.guests.values()]
          .filter((guest) => guestVisible(caller, guest))
          .map((guest) => guestRow(context, guest))
      : []),
    ...(wants('node')
      ? [...world.nodes.values()].map((node) => ({ ...nodeRow(context, node), ...nodeExtra(node), ...ha(node) }))
      : []),
    ...(wants('storage') ? storageRows(context) : []),
    ...(wants('sdn') ? networkRows(context) : []),
  ];
};

const status = ({ world, via }: Context): unknown[] => {
  const nodes = world.plan.nodes.map((node) => ({
    type: 'node',
    id: `node/${node.name}`,
    name: node.name,
    nodeid: world.plan.nodes.length > 1 ? node.nodeid : 0,
    ip: node.ip,
    local: node.name === via ? 1 : 0,
    online: isOnline(world, node.name) ? 1 : 0,
    level: '',
  }));
  if (nodes.length === 1) return nodes;
  return [
    {
      type: 'cluster',
      id: 'cluster',
      name: world.plan.name,
      version: nodes.length,
      nodes: nodes.length,
      quorate: isQuorate(world) ? 1 : 0,
    },
    ...nodes,
  ];
};

const crsOf = (world: World): Record<string, unknown> | undefined => {
  const crs = world.plan.description.crs;
  if (!crs) return undefined;
  return {
    ha: crs.ha,
    'ha-rebalance-on-start': crs.rebalance_on_start ? 1 : 0,
    ...(world.plan.version === '9.2' ? { 'ha-auto-rebalance': crs.auto_rebalance ? 1 : 0 } : {}),
    ...(world.plan.version === '9.2' && crs.auto_rebalance_threshold !== undefined
      ? { 'ha-auto-rebalance-threshold': String(crs.auto_rebalance_threshold) }
      : {}),
  };
};

const options = ({ world, caller }: Context): unknown => {
  const tags = { 'allowed-tags': [] };
  if (!may(caller, '/', 'Sys.Audit')) return tags;
  const { type, network } = world.plan.migration;
  const workers = world.plan.description.ha.max_workers;
  return {
    ...tags,
    description: '',
    keyboard: 'en-us',
    mac_prefix: 'BC:24:11',
    crs: crsOf(world),
    migration: network || type === 'insecure' ? { type, ...(network ? { network } : {}) } : undefined,
    max_workers: workers === 4 ? undefined : String(workers),
  };
};

const RECENT = 25;

const tasks = ({ world, caller }: Context): unknown[] => {
  const all = may(caller, '/', 'Sys.Audit');
  const count = new Map<string, number>();
  const rows: unknown[] = [];
  for (const task of [...world.tasks].reverse()) {
    const n = (count.get(task.node) ?? 0) + 1;
    if (n > RECENT) continue;
    count.set(task.node, n);
    const mine = caller.user === (task.tokenid ? `${task.user}!${task.tokenid}` : task.user);
    if (all || mine) rows.push({ ...taskRow(task), ...(task.exit === undefined ? {} : { saved: '1' }) });
  }
  return rows;
};

const VERSIONS = {
  '8.4': { version: '8.4.14', release: '8.4', repoid: 'b502d23c55afcba1' },
  '9.0': { version: '9.0.11', release: '9.0', repoid: '3bf5476b8a4699e2' },
  '9.1': { version: '9.1.1', release: '9.1', repoid: '42db4a6cf33dac83' },
  '9.2': { version: '9.2.2', release: '9.2', repoid: 'b9984c6d90a4bd80' },
};

/** What the version's name is in full. */
export const versionOf = (world: World) => VERSIONS[world.plan.version];

export const clusterRoutes: Route[] = [
  { method: 'GET', path: '/version', parameters: {}, answer: ({ world }) => versionOf(world) },
  {
    method: 'GET',
    path: '/cluster/resources',
    parameters: { type: { type: 'string', optional: true, enum: ['vm', 'storage', 'node', 'sdn'] } },
    answer: resources,
  },
  { method: 'GET', path: '/cluster/status', parameters: {}, needs: ['/', 'Sys.Audit'], answer: status },
  { method: 'GET', path: '/cluster/options', parameters: {}, answer: options },
  { method: 'GET', path: '/cluster/tasks', parameters: {}, answer: tasks },
];

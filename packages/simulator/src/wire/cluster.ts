import { crsSchema } from '../description.ts';
import { findFault } from '../faults.ts';
import { replicas } from '../replicas.ts';
import { HOUR } from '../units.ts';
import { isOnline, isQuorate, type NodeState, type World } from '../world.ts';
import { may } from './access.ts';
import type { Context, Route } from './route.ts';
import { guestRow, guestVisible, haStateOfNode, networkRows, nodeRow, poolRows, storageRows } from './rows.ts';
import { taskRow } from './task-row.ts';
import { versionOf } from './version.ts';

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
  const given = world.plan.description.crs;
  const on = findFault(world, 'crs_on') !== undefined;
  if (!given && !on) return undefined;
  const crs = { ...(given ?? crsSchema.parse({})), ...(on ? { ha: 'dynamic', auto_rebalance: true } : {}) };
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

const DAY = 24 * HOUR;

/** The next moment with this time of day, epoch seconds. */
const nextRun = (now: number, schedule: string): number => {
  const [hour = 0, minute = 0] = schedule.split(':').map(Number);
  const today = Math.floor(now / DAY) * DAY + (hour * 60 + minute) * 60_000;
  return (today > now ? today : today + DAY) / 1000;
};

const backupJobs = ({ world }: Context): unknown[] =>
  world.plan.description.backup_jobs.map(({ vmids, exclude, all, enabled, ...job }) => ({
    ...job,
    type: 'vzdump',
    storage: 'local',
    enabled: enabled ? 1 : 0,
    all: all ? 1 : 0,
    ...(vmids.length > 0 ? { vmid: vmids.join(',') } : {}),
    ...(exclude.length > 0 ? { exclude: exclude.join(',') } : {}),
    ...(enabled ? { 'next-run': nextRun(world.now, job.schedule) } : {}),
  }));

const pciMappings = ({ world, caller }: Context): unknown[] =>
  world.plan.description.mappings
    .filter(({ name }) =>
      ['Mapping.Audit', 'Mapping.Use', 'Mapping.Modify'].some((right) => may(caller, `/mapping/pci/${name}`, right)),
    )
    .map(({ name, nodes, live }) => ({
      id: name,
      type: 'pci',
      description: '',
      map: nodes.map((node, i) => `id=15b3:101e,iommugroup=${20 + i},node=${node},path=0000:0${i + 1}:00.0`),
      ...(live ? { 'live-migration-capable': 1 } : {}),
    }));

const replications = ({ world, caller }: Context): unknown[] =>
  replicas(world)
    .filter(({ vmid }) => may(caller, `/vms/${vmid}`, 'VM.Audit'))
    .map(({ vmid, target }) => ({ id: `${vmid}-0`, guest: vmid, jobnum: 0, type: 'local', target, schedule: '*/15' }));

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
  { method: 'GET', path: '/cluster/backup', parameters: {}, needs: ['/', 'Sys.Audit'], answer: backupJobs },
  { method: 'GET', path: '/cluster/mapping/pci', parameters: {}, answer: pciMappings },
  { method: 'GET', path: '/cluster/replication', parameters: {}, answer: replications },
  { method: 'GET', path: '/cluster/tasks', parameters: {}, answer: tasks },
];

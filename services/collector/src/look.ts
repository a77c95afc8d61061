import type { ClusterSample, Pressure } from '@evenkeel/contracts';
import type {
  DroppedRows,
  GuestRow,
  HaResource,
  HaRuleRow,
  Mappings,
  NodeStatus,
  Proxmox,
  Replication,
  TaskRow,
} from '@evenkeel/proxmox';
import { ProxmoxError, parseMigrationLog } from '@evenkeel/proxmox';
import type { z } from 'zod';
import type { Backups } from './backups.ts';
import type { ReadBridges } from './bridges.ts';
import { droppedProblems, unreadOf } from './dropped-rows.ts';
import type { PastAsk } from './due-past.ts';
import type { ReadConfig } from './learn-configs.ts';
import type { PastRead } from './tell-past.ts';

type Answer<Call extends keyof Proxmox> = Proxmox[Call] extends (...args: never) => Promise<infer T> ? T : never;

/** One look at a cluster. What could not be read has its fail-safe value here and its sentence among the problems. */
export type Look = {
  status: Answer<'status'>;
  resources: Answer<'resources'>;
  version: string | undefined;
  crs: { mode: string; auto_rebalance: boolean };
  /** Bytes a second that a migration may send, where the cluster says so. */
  migration_limit: number | undefined;
  /** Null where they could not be read. */
  ha_resources: HaResource[] | null;
  ha_rules: HaRuleRow[];
  maintenance: string[];
  tasks: TaskRow[];
  /** By running migration task, where its log says where it goes. */
  targets: Record<string, string>;
  node_status: Record<string, NodeStatus>;
  /** What decisions rest on and was not read, or not wholly. */
  unread: Unread[];
  problems: string[];
};

type Unread = NonNullable<ClusterSample['unread']>[number];

type Attempt<T> = { ok: true; value: T } | { ok: false; error: ProxmoxError };

/** Trouble of the cluster is a value here; anything else is a bug and passes through. */
async function attempt<T>(answer: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await answer };
  } catch (error) {
    if (error instanceof ProxmoxError) return { ok: false, error };
    throw error;
  }
}

const atOnce = 6;

/** Answers in the order of the questions, a few at a time. */
async function inTurn<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = new Array(items.length);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) answers[i] = await ask(items[i] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return answers;
}

const problem = (what: string, result: Attempt<unknown>): string[] =>
  result.ok ? [] : [`${what} could not be read: ${result.error.message}`];

const orElse = <T, F>(result: Attempt<T>, fallback: F): T | F => (result.ok ? result.value : fallback);

/** Reads what a sample needs. Without membership and resources there is no sample: their error goes on to whoever asked. */
export async function lookAtCluster(proxmox: Proxmox): Promise<Look> {
  const dropped: DroppedRows[] = [];
  const onDropped = (rows: DroppedRows): void => void dropped.push(rows);
  const [status, resources] = await Promise.all([proxmox.status(onDropped), proxmox.resources(onDropped)]);
  const online = resources.nodes.filter((node) => node.status === 'online').map(({ node }) => node);
  const [version, options, ha_resources, ha_rules, maintenance, tasks, statuses] = await Promise.all([
    attempt(proxmox.version()),
    attempt(proxmox.options()),
    attempt(proxmox.ha_resources(onDropped)),
    attempt(proxmox.ha_rules(onDropped)),
    attempt(proxmox.maintenance_nodes(onDropped)),
    attempt(proxmox.cluster_tasks(onDropped)),
    inTurn(online, async (node) => ({ node, result: await attempt(proxmox.node_status(node)) })),
  ]);
  return {
    status,
    resources,
    version: orElse(version, undefined)?.version,
    crs: orElse(options, undefined)?.crs ?? { mode: 'unknown', auto_rebalance: true },
    migration_limit: orElse(options, undefined)?.migration_limit,
    ha_resources: orElse(ha_resources, null),
    ha_rules: orElse(ha_rules, []),
    maintenance: orElse(maintenance, []),
    tasks: orElse(tasks, []),
    targets: await readTargets(proxmox, orElse(tasks, [])),
    node_status: Object.fromEntries(statuses.flatMap(({ node, result }) => (result.ok ? [[node, result.value]] : []))),
    unread: unreadOf({ ha_rules, ha_resources, maintenance, options, tasks }, dropped),
    problems: [
      ...droppedProblems(dropped),
      ...problem('The version', version),
      ...problem('The options of the cluster', options),
      ...problem('The HA resources', ha_resources),
      ...problem('The HA rules', ha_rules),
      ...problem('The nodes in maintenance', maintenance),
      ...problem('The tasks of the cluster', tasks),
      ...statuses.flatMap(({ node, result }) => problem(`The status of node ${node}`, result)),
    ],
  };
}

const mostLogs = 16;

async function readTargets(proxmox: Proxmox, tasks: readonly TaskRow[]): Promise<Record<string, string>> {
  const running = tasks.filter(({ endtime, type }) => endtime === undefined && /^(q|vz)migrate$/.test(type));
  const found = await inTurn(running.slice(0, mostLogs), async ({ upid }) => {
    const log = await attempt(proxmox.task_log(upid));
    const target = log.ok ? parseMigrationLog(log.value).target : undefined;
    return { upid, target };
  });
  return Object.fromEntries(found.flatMap(({ upid, target }) => (target === undefined ? [] : [[upid, target]])));
}

/** Reads configurations, and with them whether snapshots hold memory where there are snapshots. */
export function readConfigs(
  proxmox: Proxmox,
  guests: readonly GuestRow[],
): Promise<(ReadConfig & { error?: string })[]> {
  return inTurn(guests, async (guest) => {
    const config = await attempt(proxmox.guest_config(guest));
    if (!config.ok) return { guest, snapshots_with_state: false, error: config.error.message };
    if (config.value.parent === undefined) return { guest, config: config.value, snapshots_with_state: false };
    const snapshots = await attempt(proxmox.guest_snapshots(guest));
    const snapshots_with_state = orElse(snapshots, []).some(({ with_state }) => with_state);
    return { guest, config: config.value, snapshots_with_state };
  });
}

const isMapped = ({ config = {} }: ReadConfig): boolean =>
  Object.entries(config).some(([key, value]) => /^hostpci\d+$/.test(key) && /(^|,)mapping=/.test(value));

/** PCI mappings by name, where one of these guests has such a device; what cannot be read binds its guests. */
export async function readMappings(proxmox: Proxmox, reads: readonly ReadConfig[]): Promise<Mappings> {
  if (!reads.some(isMapped)) return new Map();
  const mappings = orElse(await attempt(proxmox.pci_mappings()), []);
  return new Map(mappings.map((one) => [one.mapping, one]));
}

/** The backup jobs, with a sentence about what of them could not be read. */
export async function readBackups(proxmox: Proxmox): Promise<Backups> {
  const dropped: DroppedRows[] = [];
  const jobs = await attempt(proxmox.backup_jobs((rows) => void dropped.push(rows)));
  return { jobs: orElse(jobs, []), problems: [...droppedProblems(dropped), ...problem('The backup jobs', jobs)] };
}

/** Storage replication of guests; none where it could not be read, for Proxmox itself refuses what it would not move. */
export const readReplications = async (proxmox: Proxmox): Promise<Replication[]> =>
  orElse(await attempt(proxmox.replications()), []);

/** The bridges of some nodes, each where all of them could be read. */
export function readBridges(proxmox: Proxmox, nodes: readonly string[]): Promise<ReadBridges[]> {
  return inTurn(nodes, async (node) => {
    let whole = true;
    const rows = await attempt(proxmox.bridges(node, () => (whole = false)));
    return rows.ok && whole ? { node, names: rows.value } : { node };
  });
}

export type ReadPressure = { node: string; measured_at: number; pressure: z.output<typeof Pressure> };

/** The newest pressure of each node; none before PVE 9. */
export async function readPressures(proxmox: Proxmox, nodes: readonly string[]): Promise<ReadPressure[]> {
  const answers = await inTurn(nodes, async (node) => {
    const rows = orElse(await attempt(proxmox.node_history(node, 'hour')), []);
    const row = rows.findLast(({ pressure_io_some }) => pressure_io_some !== undefined);
    return row ? [{ node, row }] : [];
  });
  return answers.flat().map(({ node, row }) => ({
    node,
    measured_at: row.time,
    pressure: {
      ...(row.pressure_cpu_some !== undefined && { cpu_some: row.pressure_cpu_some }),
      ...(row.pressure_io_some !== undefined && { io_some: row.pressure_io_some }),
      ...(row.pressure_io_full !== undefined && { io_full: row.pressure_io_full }),
      ...(row.pressure_memory_some !== undefined && { memory_some: row.pressure_memory_some }),
      ...(row.pressure_memory_full !== undefined && { memory_full: row.pressure_memory_full }),
    },
  }));
}

/** Reads pieces of the past; each answers for itself, and a piece that cannot be read has its error. */
export function readPast(proxmox: Proxmox, asks: readonly PastAsk[], now_s: number): Promise<PastRead[]> {
  return inTurn(asks, async (ask): Promise<PastRead> => {
    const result = await attempt(askPast(proxmox, ask, now_s));
    return result.ok ? result.value : { kind: 'failed', ask, kindOfError: result.error.kind };
  });
}

const pastTasks = { days: 30, most: 30 };

async function askPast(proxmox: Proxmox, ask: PastAsk, now_s: number): Promise<PastRead> {
  switch (ask.kind) {
    case 'node': {
      const [day, week] = [await proxmox.node_history(ask.node, 'day'), await proxmox.node_history(ask.node, 'week')];
      return { kind: 'node', ask, day, week };
    }
    case 'guest': {
      const [day, week] = [
        await proxmox.guest_history(ask.guest, 'day'),
        await proxmox.guest_history(ask.guest, 'week'),
      ];
      return { kind: 'guest', ask, day, week };
    }
    case 'tasks': {
      const filter = { since: now_s - pastTasks.days * 86_400, source: 'archive', limit: pastTasks.most } as const;
      const machines = await proxmox.node_tasks(ask.node, { ...filter, type: 'qmigrate' });
      return {
        kind: 'tasks',
        ask,
        tasks: [...machines, ...(await proxmox.node_tasks(ask.node, { ...filter, type: 'vzmigrate' }))],
      };
    }
    case 'log':
      return { kind: 'log', ask, lines: await proxmox.task_log(ask.log.upid) };
  }
}

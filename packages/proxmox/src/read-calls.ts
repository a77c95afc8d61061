import { z } from 'zod';
import { backupJob } from './decode/backups.ts';
import {
  managerStatusAnswer,
  optionsAnswer,
  permissionsAnswer,
  statusOf,
  statusRow,
  versionAnswer,
} from './decode/cluster.ts';
import { haGroup, haResource, haRule, rulesOfGroups } from './decode/ha.ts';
import { decodeHistory } from './decode/history.ts';
import { decodeGuestConfig, nodeStatusAnswer, nodeTimeAnswer, snapshotRow } from './decode/node-status.ts';
import { preconditionsAnswer } from './decode/preconditions.ts';
import { decodeResources } from './decode/resources.ts';
import { isNoContent, logLine, parseUpid, taskRow, taskStatusAnswer } from './decode/tasks.ts';
import { bridgeRow, pciMappingRow, replicationRow, volumeRow } from './decode/volumes.ts';
import { guestPath, nodePath, segment } from './path.ts';
import type {
  DroppedRows,
  GuestAgent,
  GuestRef,
  HaRuleRow,
  HistoryRow,
  MigrationPreconditions,
  OnDropped,
  Proxmox,
} from './port.ts';
import { ProxmoxError } from './port.ts';
import type { Reader } from './read-answer.ts';

type Reads = Omit<Proxmox, 'user' | 'clock' | 'migrate' | 'stop_task' | 'close'>;

/** Every read, decoded. */
export function readCalls(read: Reader): Reads {
  const haResources: Reads['ha_resources'] = (onDropped) =>
    read.rows('/cluster/ha/resources', haResource, {}, { what: 'HA resource', onDropped });
  const history = async (path: string, timeframe: string): Promise<HistoryRow[]> => {
    const { rows, dropped } = await read.decoded(`${path}/rrddata`, decodeHistory, { timeframe, cf: 'AVERAGE' });
    read.report(path, dropped);
    return rows;
  };
  return {
    version: () => read.object('/version', versionAnswer),
    status: async (onDropped) =>
      statusOf(await read.rows('/cluster/status', statusRow, {}, { what: 'member', onDropped })),
    resources: async (onDropped) => {
      const { dropped, ...resources } = await read.decoded('/cluster/resources', decodeResources);
      for (const [what, rows] of Object.entries(dropped)) {
        read.report('/cluster/resources', rows, { what: what as DroppedRows['what'], onDropped });
      }
      return resources;
    },
    options: () => read.object('/cluster/options', optionsAnswer),
    node_status: (node) => read.object(`${nodePath(node)}/status`, nodeStatusAnswer),
    bridges: (node, onDropped) =>
      read.rows(`${nodePath(node)}/network`, bridgeRow, { type: 'any_bridge' }, { what: 'bridge', onDropped }),
    node_time: (node) => read.object(`${nodePath(node)}/time`, nodeTimeAnswer),
    guest_snapshots: (guest) => readSnapshots(read, guest),
    guest_config: (guest) => read.decoded(`${guestPath(guest)}/config`, decodeGuestConfig),
    node_history: (node, timeframe) => history(nodePath(node), timeframe),
    guest_history: (guest, timeframe) => history(guestPath(guest), timeframe),
    ha_resources: haResources,
    ha_rules: rulesReader(read, haResources),
    maintenance_nodes: async (onDropped) => {
      const path = '/cluster/ha/status/manager_status';
      const { nodes, dropped } = await read.object(path, managerStatusAnswer);
      read.report(path, dropped, { what: 'HA state', onDropped });
      return nodes;
    },
    backup_jobs: (onDropped) => read.rows('/cluster/backup', backupJob, {}, { what: 'backup job', onDropped }),
    volumes: (node, storage, vmid, onDropped) => {
      const path = `${nodePath(node)}/storage/${segment(storage)}/content`;
      const query: Record<string, string> = vmid === undefined ? {} : { vmid: String(vmid) };
      return read.rows(path, volumeRow, query, { what: 'volume', onDropped });
    },
    pci_mappings: () => read.rows('/cluster/mapping/pci', pciMappingRow),
    replications: (onDropped) =>
      read.rows('/cluster/replication', replicationRow, {}, { what: 'replication', onDropped }),
    cluster_tasks: (onDropped) => read.rows('/cluster/tasks', taskRow, {}, { what: 'task', onDropped }),
    node_tasks: (node, { vmid, type, since, source, limit }, onDropped) => {
      const query = {
        ...(vmid === undefined ? {} : { vmid: String(vmid) }),
        ...(type === undefined ? {} : { typefilter: type }),
        ...(since === undefined ? {} : { since: String(Math.floor(since)) }),
        ...(source === undefined ? {} : { source }),
        ...(limit === undefined ? {} : { limit: String(limit) }),
      };
      return read.rows(`${nodePath(node)}/tasks`, taskRow, query, { what: 'task', onDropped });
    },
    task_status: (upid) => read.object(`${taskPath(upid)}/status`, taskStatusAnswer),
    task_log: async (upid, start = 0) => {
      const query = { start: String(start), limit: '50000' };
      const lines = (await read.rows(`${taskPath(upid)}/log`, logLine, query)).map(({ t }) => t);
      return isNoContent(lines) ? [] : lines;
    },
    migration_preconditions: (guest, target) => readPreconditions(read, guest, target),
    guest_agent: (guest) => askAgent(read, guest),
    permissions: () => read.object('/access/permissions', permissionsAnswer),
  };
}

function taskPath(upid: string): string {
  const parts = parseUpid(upid);
  if (!parts) throw new ProxmoxError('refused', 'What should be looked at is not a task.');
  return `${nodePath(parts.node)}/tasks/${segment(upid)}`;
}

/**
 * PVE 8 has no rules but groups; on PVE 9 these bind beside rules until every node is upgraded and they have become rules, which is for
 * good: then they are not asked for any more.
 */
function rulesReader(read: Reader, haResources: Reads['ha_resources']): Reads['ha_rules'] {
  let areMigrated = false;
  const readGroups = async (onDropped?: OnDropped): Promise<HaRuleRow[]> => {
    if (areMigrated) return [];
    const groups = await read.rows('/cluster/ha/groups', haGroup, {}, { what: 'HA rule', onDropped });
    return groups.length === 0 ? [] : rulesOfGroups(groups, await haResources(onDropped));
  };
  const noneOf = (error: unknown): HaRuleRow[] => {
    if (!(error instanceof ProxmoxError)) throw error;
    if (/migrated to rules/.test(error.message)) areMigrated = true;
    else if (error.kind !== 'not_implemented') throw error;
    return [];
  };
  return async (onDropped) => {
    const rules = read.rows('/cluster/ha/rules', haRule, {}, { what: 'HA rule', onDropped }).catch(noneOf);
    return (await Promise.all([rules, readGroups(onDropped).catch(noneOf)])).flat();
  };
}

/** Proxmox lists the present state as one more snapshot, `current`. */
async function readSnapshots(read: Reader, guest: GuestRef): Promise<{ name: string; with_state: boolean }[]> {
  const rows = await read.rows(`${guestPath(guest)}/snapshot`, snapshotRow);
  return rows.filter(({ name }) => name !== 'current').map(({ name, vmstate }) => ({ name, with_state: vmstate }));
}

const agentAnswer = z.object({ result: z.unknown() });

/** Asks the agent what it can do, which changes nothing in the guest; its ping would be a POST. */
async function askAgent(read: Reader, guest: GuestRef): Promise<GuestAgent> {
  if (guest.type === 'lxc') return 'none';
  try {
    await read.object(`${guestPath(guest)}/agent/info`, agentAnswer);
    return 'answers';
  } catch (error) {
    if (!(error instanceof ProxmoxError) || error.kind !== 'refused') throw error;
    if (/agent is not running|got timeout/i.test(error.message)) return 'silent';
    if (/no qemu guest agent configured/i.test(error.message)) return 'none';
    throw error;
  }
}

const currentStatus = z.object({ status: z.string() });

/** Before PVE 9 nobody answers this for containers: then only whether it runs is known. */
async function readPreconditions(read: Reader, guest: GuestRef, target: string): Promise<MigrationPreconditions> {
  try {
    return await read.object(`${guestPath(guest)}/migrate`, preconditionsAnswer, { target });
  } catch (error) {
    if (!(error instanceof ProxmoxError && error.kind === 'not_implemented' && guest.type === 'lxc')) throw error;
  }
  const { status } = await read.object(`${guestPath(guest)}/status/current`, currentStatus);
  return {
    running: status === 'running',
    not_allowed: {},
    unavailable_storages: {},
    local_disks: [],
    local_resources: [],
    dependent_ha_resources: [],
  };
}

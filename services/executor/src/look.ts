import { type GuestRow, type NodeRow, type Proxmox, parseMigrationLog, type TaskRow } from '@evenkeel/proxmox';
import { ask } from './ask.ts';
import { hearDropped, mayHideGuest } from './dropped-rows.ts';
import type { Ended, Execution, Running } from './execution.ts';
import { type FollowFacts, underWay } from './follow.ts';
import { mayBeMigrating } from './lock.ts';
import { type LogSummary, readLog } from './read-log.ts';
import { lookIsDue, type SaidSoFar } from './report.ts';
import { findTask, isWithHa, migrationsOf, migrationsSince, type TracedTask } from './trace.ts';

type Whom = Pick<Execution['migration'], 'vmid' | 'type' | 'source_node' | 'target_node'>;

/**
 * Where a guest is, and whether that could be read: one that is not there may be in a row that could not, or be hidden from a token
 * that lost the right to see it.
 */
export async function locate(
  whom: Whom,
  proxmox: Proxmox,
): Promise<{ placed: boolean; guest: GuestRow | undefined; nodes: NodeRow[] }> {
  const { dropped, onDropped } = hearDropped();
  const resources = await ask(proxmox.resources(onDropped));
  const guest = resources.ok ? resources.value.guests.find((g) => g.vmid === whom.vmid) : undefined;
  const nodes = resources.ok ? resources.value.nodes : [];
  const isGone = async () => !mayHideGuest(dropped) && (await isUnknown(whom, proxmox));
  return { placed: resources.ok && (guest !== undefined || (await isGone())), guest, nodes };
}

/** Whether Proxmox itself says of a guest that it does not know it, on either of its nodes. */
async function isUnknown({ source_node, target_node, type, vmid }: Whom, proxmox: Proxmox): Promise<boolean> {
  const asked = [source_node, target_node].map((node) => ask(proxmox.guest_config({ node, type, vmid })));
  const answers = await Promise.all(asked);
  return (
    answers.some((a) => !a.ok && a.error.kind === 'refused') &&
    answers.every((a) => !a.ok && a.error.kind !== 'forbidden')
  );
}

type FoundTasks = { found: TracedTask[]; complete: boolean };

/** The tasks among which an intent must be if it was carried out, with where they lead; complete where all of it could be read. */
export async function lookForTask(intent: Parameters<typeof findTask>[0], proxmox: Proxmox): Promise<FoundTasks> {
  const { found, complete } = await listTasks(intent, proxmox);
  const traced = await Promise.all(migrationsSince(intent, found).map((task) => readTarget(task, proxmox)));
  const read = traced.filter((task) => task !== null);
  return { found: read, complete: complete && read.length === traced.length };
}

const haRequest = /^Requesting HA migration for (?:VM|CT) \d+ to node (\S+)/;

async function readTarget(task: TaskRow, proxmox: Proxmox): Promise<TracedTask | null> {
  const log = await ask(proxmox.task_log(task.upid));
  if (!log.ok) return null;
  const target =
    parseMigrationLog(log.value).target ?? log.value.map((line) => haRequest.exec(line)?.[1]).find(Boolean);
  return { ...task, target };
}

/** All that tasks say of a guest; complete where all of them could be read, to the last row. */
async function listTasks({ migration }: Pick<Execution, 'migration'>, proxmox: Proxmox) {
  const { dropped, onDropped } = hearDropped();
  const filter = { vmid: migration.vmid, source: 'all', limit: 50 } as const;
  const node = await ask(proxmox.node_tasks(migration.source_node, filter, onDropped));
  const cluster = await ask(proxmox.cluster_tasks(onDropped));
  const found = [...(node.ok ? node.value : []), ...(cluster.ok ? cluster.value : [])];
  return { found, complete: node.ok && cluster.ok && dropped.length === 0 };
}

/** How the task of a running migration stands. */
export async function lookAtTask(execution: Running, proxmox: Proxmox): Promise<FollowFacts['task']> {
  const { migration } = execution;
  if (execution.upid === '' && isWithHa(execution)) return { state: 'ended', exit: 'OK', log: readLog([]) };
  const status = await ask(proxmox.task_status(execution.upid));
  if (!status.ok) return { state: 'unknown', why: status.error.message };
  const { running, exitstatus: exit } = status.value;
  if (running) return { state: 'running' };
  if (exit === undefined) return { state: 'unknown', why: 'Proxmox says that it is over, and not how it ended' };
  const [log, rows] = await Promise.all([
    ask(proxmox.task_log(execution.upid)),
    ask(proxmox.node_tasks(migration.source_node, { vmid: migration.vmid, source: 'all', limit: 50 })),
  ]);
  const ended = rows.ok ? rows.value.find((row) => row.upid === execution.upid)?.endtime : undefined;
  return {
    state: 'ended',
    exit,
    log: readLog(log.ok ? log.value : []),
    ...(ended === undefined ? {} : { ended_at: ended * 1000 }),
  };
}

/** The migration that HA started for us, where ours was only the request to it. */
export async function lookForRealTask(execution: Running, proxmox: Proxmox): Promise<string | null> {
  if (!isWithHa(execution)) return null;
  const intent = { ...execution, t0: execution.started_at };
  const { found } = await lookForTask(intent, proxmox);
  const real = findTask(intent, found, proxmox.user);
  return real && real.type !== 'hamigrate' ? real.upid : null;
}

const isMovedByHa = (guest: GuestRow): boolean => underWay.includes(guest.hastate ?? '');

/** Whether the guest of a migration that was given up has come to rest. */
export async function lookAtRest(execution: Ended, proxmox: Proxmox): Promise<boolean> {
  const { placed, guest } = await locate(execution.migration, proxmox);
  const moves = guest !== undefined && (mayBeMigrating(guest) || isMovedByHa(guest));
  return placed && !moves && !(await mayStillRun(execution, proxmox));
}

/** Where its own task was never found, any migration of the guest may be it, and so may one in a list that cannot be read. */
async function mayStillRun({ start, migration }: Ended, proxmox: Proxmox): Promise<boolean> {
  if (start?.upid) {
    const task = await ask(proxmox.task_status(start.upid));
    return task.ok && task.value.running;
  }
  const { found, complete } = await listTasks({ migration }, proxmox);
  return !complete || migrationsOf(migration.vmid, found).some(({ endtime }) => endtime === undefined);
}

/** What the log of a running migration says, where it is time to say it. */
export async function readProgress(
  execution: Execution,
  said: SaidSoFar,
  proxmox: Proxmox,
): Promise<LogSummary | null> {
  if (execution.state !== 'running' || !lookIsDue(execution, said, proxmox.clock().now)) return null;
  const log = await ask(proxmox.task_log(execution.upid));
  return log.ok ? readLog(log.value) : null;
}

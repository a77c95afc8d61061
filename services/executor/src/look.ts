import type { GuestRef, GuestRow, Proxmox } from '@evenkeel/proxmox';
import { type Answer, ask } from './ask.ts';
import { hearDropped, mayHideGuest, missingFrom } from './dropped-rows.ts';
import type { Claimed, Ended, Execution, Running, Starting } from './execution.ts';
import type { FollowFacts } from './follow.ts';
import type { LaunchFacts } from './launch.ts';
import { type LogSummary, readLog } from './read-log.ts';
import { lookIsDue, type SaidSoFar } from './report.ts';
import { findTask, migrationsOf, taskType } from './trace.ts';

const refOf = ({ migration }: Starting | Claimed): GuestRef => ({
  node: migration.source_node,
  type: migration.type,
  vmid: migration.vmid,
});

const unread = (answer: Answer<unknown>) => (answer.ok ? '' : `Proxmox could not be read: ${answer.error.message}`);

/** Everything that a migration rests on, read afresh; where a row of it could not be read, it was not seen. */
export async function lookBefore(execution: Claimed, proxmox: Proxmox): Promise<LaunchFacts['look']> {
  const { migration } = execution;
  const { source_node, target_node, vmid } = migration;
  const { dropped, onDropped } = hearDropped();
  const [tasks, status, maintenance, resources, preconditions] = await Promise.all([
    ask(proxmox.node_tasks(source_node, { vmid, source: 'all', limit: 50 }, onDropped)),
    ask(proxmox.status(onDropped)),
    ask(proxmox.maintenance_nodes(onDropped)),
    ask(proxmox.resources(onDropped)),
    ask(proxmox.migration_preconditions(refOf(execution), target_node)),
  ]);
  if (!resources.ok || !status.ok || !maintenance.ok || !tasks.ok)
    return { seen: false, reason: [resources, status, maintenance, tasks].map(unread).find((r) => r) ?? '' };
  const no = preconditions.ok ? undefined : preconditions.error;
  if (no && no.kind !== 'not_implemented') return said(no);
  const missing = missingFrom(dropped);
  if (missing) return { seen: false, reason: missing };
  const look = {
    quorate: status.value.quorate,
    nodes: resources.value.nodes,
    guests: resources.value.guests,
    maintenance: maintenance.value,
    preconditions: preconditions.ok ? preconditions.value : null,
  };
  return { seen: true, look, tasks: tasks.value };
}

function said({ kind, message }: { kind: string; message: string }): LaunchFacts['look'] {
  if (kind === 'refused')
    return { seen: 'no', code: /locked/.test(message) ? 'locked' : 'not_allowed', reason: message };
  if (kind === 'forbidden' || kind === 'unauthorized') return { seen: 'no', code: 'no_right', reason: message };
  return { seen: false, reason: `Proxmox could not be read: ${message}` };
}

/** Where a guest is, and whether that could be read: a guest that is not there may be in a row that could not. */
export async function locate(
  vmid: number,
  proxmox: Proxmox,
): Promise<{ placed: boolean; guest: GuestRow | undefined }> {
  const { dropped, onDropped } = hearDropped();
  const resources = await ask(proxmox.resources(onDropped));
  const guest = resources.ok ? resources.value.guests.find((g) => g.vmid === vmid) : undefined;
  return { placed: resources.ok && (guest !== undefined || !mayHideGuest(dropped)), guest };
}

/** The tasks among which an intent must be if it was carried out; complete where all of them could be read, to the last row. */
export async function lookForTask({ migration }: Pick<Execution, 'migration'>, proxmox: Proxmox) {
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
  const status = await ask(proxmox.task_status(execution.upid));
  if (!status.ok) return { state: 'unknown' };
  if (status.value.running) return { state: 'running' };
  const [log, rows] = await Promise.all([
    ask(proxmox.task_log(execution.upid)),
    ask(proxmox.node_tasks(migration.source_node, { vmid: migration.vmid, source: 'all', limit: 50 })),
  ]);
  const ended = rows.ok ? rows.value.find((row) => row.upid === execution.upid)?.endtime : undefined;
  return {
    state: 'ended',
    exit: status.value.exitstatus ?? 'unexpected status',
    log: readLog(log.ok ? log.value : []),
    ...(ended === undefined ? {} : { ended_at: ended * 1000 }),
  };
}

/** The migration that HA started for us, where ours was only the request to it. */
export async function lookForRealTask(execution: Running, proxmox: Proxmox): Promise<string | null> {
  if (taskType(execution.upid) !== 'hamigrate') return null;
  const { found } = await lookForTask(execution, proxmox);
  const real = findTask({ ...execution, t0: execution.started_at }, found);
  return real && real.type !== 'hamigrate' ? real.upid : null;
}

/** Whether the guest of a migration that was given up has come to rest. */
export async function lookAtRest(execution: Ended, proxmox: Proxmox): Promise<boolean> {
  const { placed, guest } = await locate(execution.migration.vmid, proxmox);
  return placed && guest?.lock === undefined && !(await mayStillRun(execution, proxmox));
}

/** Where its own task was never found, any migration of the guest may be it, and so may one in a list that cannot be read. */
async function mayStillRun({ start, migration }: Ended, proxmox: Proxmox): Promise<boolean> {
  if (start?.upid) {
    const task = await ask(proxmox.task_status(start.upid));
    return task.ok && task.value.running;
  }
  const { found, complete } = await lookForTask({ migration }, proxmox);
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

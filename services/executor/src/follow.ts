import type { Config } from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import { type GuestRow, isTaskOk } from '@evenkeel/proxmox';
import { complete, fail } from './end.ts';
import type { Running } from './execution.ts';
import type { LogSummary } from './read-log.ts';
import { put, type Step, wait } from './steps.ts';
import { taskType } from './trace.ts';

export type FollowFacts = {
  now: number;
  config: Config;
  task:
    | { state: 'running' }
    /** `ended_at`: epoch milliseconds by the clock of its node, where that could be read. */
    | { state: 'ended'; exit: string; log: LogSummary; ended_at?: number }
    /** It could not be read. */
    | { state: 'unknown' };
  /** The migration that HA started upon our request, once it is found. */
  real_task: string | null;
  guest: GuestRow | undefined;
  placed: boolean;
};

/** Cluster seconds in which a guest's place may lag behind the end of its task, and in which HA takes up a request. */
const settle = 30;
const haSettle = 180;
/** Cluster seconds in which a migration that was asked to stop must have. */
const stopPatience = 120;

/** A running migration ends where its guest is: on the target it is completed, whatever its task says. */
export function follow(execution: Running, facts: FollowFacts): Step {
  const { now, task } = facts;
  if (facts.real_task && facts.real_task !== execution.upid)
    return put({ ...without(execution), upid: facts.real_task });
  if (task.state === 'running') return execution.settling_since ? put(without(execution)) : outlast(execution, facts);
  if (!facts.placed) return wait('Proxmox could not be read');
  const { guest } = facts;
  const { migration } = execution;
  const arrived = guest?.node === migration.target_node && !guest.lock;
  if (arrived && task.state === 'ended')
    return put(complete(execution, endOf(execution, facts), arrival(execution, facts)));
  const patience = taskType(execution.upid) === 'hamigrate' && ok(task) ? haSettle : settle;
  if (!execution.settling_since) return put({ ...execution, settling_since: iso(now) });
  if (now - millis(execution.settling_since) < 1000 * patience) return wait('waiting for the guest to come to rest');
  if (arrived) return put(complete(execution, endOf(execution, facts), arrival(execution, facts)));
  if (task.state === 'unknown') return outlast(execution, facts);
  return put(failure(execution, facts));
}

const without = ({ settling_since: _, ...rest }: Running): Running => rest;
const ok = (task: FollowFacts['task']) => task.state === 'ended' && isTaskOk(task.exit);

/** A task that runs, or cannot be read, for too long is asked to stop; one that does not is reported as it is and held. */
function outlast(execution: Running, { now, config }: FollowFacts): Step {
  const limit = timeout(execution, config);
  const age = Math.round((now - millis(execution.started_at)) / 1000);
  if (age <= limit) return wait('running');
  if (!execution.stop_asked_at) return { do: 'stop', next: { ...execution, stop_asked_at: iso(now) } };
  if (now - millis(execution.stop_asked_at) < 1000 * stopPatience) return wait('asked to stop');
  return put(fail(execution, now, 'unknown', `stuck: still running after ${age} s, ${limit} s at most`, true));
}

/** Seconds that the plan gives the move, as long as the configuration allows. */
function timeout({ migration }: Running, config: Config): number {
  const move = migration.migration_plan.execution_steps.find(({ action }) => action === 'live_migration');
  return Math.min(config.automated_migrations.migration_poll_timeout_seconds, move?.timeout_seconds ?? Infinity);
}

/** When the task ended rather than when that was seen, as far as its node's clock can be right. */
function endOf({ started_at }: Running, { now, task }: FollowFacts): number {
  const ended = (task.state === 'ended' && task.ended_at) || now;
  return Math.min(now, Math.max(ended, millis(started_at)));
}

function arrival({ migration }: Running, { task, guest }: FollowFacts) {
  const stopped = guest?.status === 'stopped' && migration.migration_plan.migration_type !== 'offline_migration';
  const exit = task.state === 'ended' ? task.exit : 'the end of its task could not be read';
  const log = task.state === 'ended' ? task.log : undefined;
  const warnings = [...(exit === 'OK' ? [] : [exit]), ...(log?.warnings ?? []), ...(stopped ? ['it is stopped'] : [])];
  return { warnings, ...(log?.transfer ? { transfer: log.transfer } : {}) };
}

function failure(execution: Running, { now, task, guest }: FollowFacts) {
  const { migration } = execution;
  if (!guest) return fail(execution, now, 'guest', `${migration.guest} is not there any more`);
  if (guest.node !== migration.source_node && guest.node !== migration.target_node)
    return fail(execution, now, 'unknown', `${migration.guest} is on ${guest.node}: moved by somebody else`);
  const lock = guest.lock ? `; ${migration.guest} is still locked (${guest.lock})` : '';
  if (ok(task)) {
    const who = taskType(execution.upid) === 'hamigrate' ? 'HA did not carry it out' : 'its task ended well';
    return fail(execution, now, 'cluster', `${who}, but ${migration.guest} is on ${guest.node}${lock}`);
  }
  const exit = task.state === 'ended' ? task.exit : 'the end of its task could not be read';
  const { reason, fault } = (task.state === 'ended' && task.log.failure) || { reason: exit, fault: 'unknown' as const };
  return fail(execution, now, fault, `${reason}${lock}`);
}

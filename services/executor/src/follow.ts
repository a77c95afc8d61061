import type { Config } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { type GuestRow, isTaskOk, type NodeRow } from '@evenkeel/proxmox';
import { arrive } from './arrive.ts';
import { stalls } from './converge.ts';
import { type Failing, fail } from './end.ts';
import type { Running } from './execution.ts';
import { mayBeMigrating } from './lock.ts';
import { makeChecks } from './make-checks.ts';
import { secondsOf } from './plan-steps.ts';
import type { LogSummary } from './read-log.ts';
import { put, type Step, wait } from './steps.ts';
import { taskType } from './trace.ts';

/** Cluster milliseconds for which this process has seen a migration so, whatever clocks say; 0 where it is not. */
export type Waited = { running: number; settling: number; stopping: number };

export type FollowFacts = {
  now: number;
  waited: Waited;
  config: Config;
  task: /** What it has written so far, where it was time to read that. */
    | { state: 'running'; log?: LogSummary | null }
    /** `ended_at`: epoch milliseconds by the clock of its node, where that could be read. */
    | { state: 'ended'; exit: string; log: LogSummary; ended_at?: number }
    /** It could not be read. */
    | { state: 'unknown'; why?: string };
  /** The migration that HA started upon our request, once it is found. */
  real_task: string | null;
  guest: GuestRow | undefined;
  nodes: NodeRow[];
  placed: boolean;
};

/** Cluster seconds in which a guest's place may lag behind the end of its task, and in which HA takes up a request. */
const settle = 30;
const haSettle = 180;
/** Cluster seconds in which a migration that was asked to stop must have. */
const stopPatience = 120;
/** States in which HA has taken a request and not yet done with it. */
export const underWay: readonly string[] = ['migrate', 'relocate'];

/** A running migration ends where its guest is: on the target it has arrived, whatever its task says. */
export function follow(execution: Running, facts: FollowFacts): Step {
  const { now, waited, task, guest } = facts;
  const { migration } = execution;
  if (facts.real_task && facts.real_task !== execution.upid)
    return put({ ...without(execution), upid: facts.real_task });
  if (task.state === 'running') return execution.settling_since ? put(without(execution)) : outlast(execution, facts);
  if (!facts.placed) return wait('Proxmox could not be read');
  const arrived = guest?.node === migration.target_node && !mayBeMigrating(guest);
  if (arrived && task.state === 'ended') return put(arrive(execution, { ...facts, guest }));
  const asked = taskType(execution.upid) === 'hamigrate' && ok(task);
  if (!execution.settling_since) return put({ ...execution, settling_since: iso(now) });
  if (waited.settling < 1000 * (asked ? haSettle : settle)) return wait('waiting for the guest to come to rest');
  if (arrived || (task.state === 'ended' && guest?.node === migration.target_node))
    return put(arrive(execution, { ...facts, guest }));
  if (asked && underWay.includes(guest?.hastate ?? '')) return awaitHa(execution, facts);
  if (task.state === 'unknown' && !isElsewhere(execution, guest)) return outlast(execution, facts);
  return put(failure(execution, facts));
}

const without = ({ settling_since: _, ...rest }: Running): Running => rest;
const ok = (task: FollowFacts['task']) => task.state === 'ended' && isTaskOk(task.exit);
const isElsewhere = ({ migration }: Running, guest: GuestRow | undefined) =>
  guest !== undefined && guest.node !== migration.source_node && guest.node !== migration.target_node;

/** A task that gets nowhere, or runs or cannot be read for too long, is asked to stop; one that does not is reported as it is and held. */
function outlast(execution: Running, facts: FollowFacts): Step {
  const { now, waited, config, task } = facts;
  const limit = timeout(execution, config);
  const age = Math.round(waited.running / 1000);
  if (!execution.stop_asked_at) {
    const next = { ...execution, stop_asked_at: iso(now) };
    const stalled = task.state === 'running' && task.log ? stalls(task.log, config) : null;
    if (stalled) return { do: 'stop', next: { ...next, stop_because: stalled, stop_for_pause: true } };
    if (age <= limit) return wait('running');
    return { do: 'stop', next: { ...next, stop_because: `took ${age} s, ${limit} s at most` } };
  }
  if (waited.stopping < 1000 * stopPatience) return wait('asked to stop');
  const why = execution.stop_refused ? `; it could not be stopped: ${execution.stop_refused}` : '';
  const unread = task.state === 'unknown' ? `; ${unreadEnd(task)}` : '';
  const reason = `stuck: still running after ${age} s, ${limit} s at most${why}${unread}`;
  return put(failWith(execution, facts, { fault: 'unknown', reason, hold: true }));
}

/** What HA has put off nobody can call back: when the time of the plan is up that is said, and the guest stays held. */
function awaitHa(execution: Running, facts: FollowFacts): Step {
  const limit = timeout(execution, facts.config);
  const age = Math.round(facts.waited.running / 1000);
  if (age <= limit) return wait('HA has not come to it yet');
  const reason = `HA has not carried it out after ${age} s, ${limit} s at most, and may still do so`;
  return put(failWith(execution, facts, { fault: 'unknown', reason, hold: true, timed_out: true }));
}

/** Seconds that the plan gives the move, as long as the configuration allows. */
export function timeout({ migration }: Pick<Running, 'migration'>, config: Config): number {
  const planned = secondsOf(migration.migration_plan, 'live_migration') ?? Number.POSITIVE_INFINITY;
  return Math.min(config.automated_migrations.migration_poll_timeout_seconds, planned);
}

const unreadEnd = (task: FollowFacts['task']): string =>
  `the end of its task could not be read${task.state === 'unknown' && task.why ? `: ${task.why}` : ''}`;

function failure(execution: Running, facts: FollowFacts) {
  const { task, guest } = facts;
  const { migration } = execution;
  const failed = (failing: Failing) => failWith(execution, facts, failing);
  if (!guest) return failed({ fault: 'guest', reason: `${migration.guest} is not there any more` });
  if (isElsewhere(execution, guest))
    return failed({ fault: 'unknown', reason: `${migration.guest} is on ${guest.node}: moved by somebody else` });
  const lock = guest.lock ? `; ${migration.guest} is still locked (${guest.lock})` : '';
  if (ok(task)) {
    const who = taskType(execution.upid) === 'hamigrate' ? 'HA did not carry it out' : 'its task ended well';
    return failed({ fault: 'cluster', reason: `${who}, but ${migration.guest} is on ${guest.node}${lock}` });
  }
  if (execution.stop_because) {
    const fault = execution.stop_for_pause ? 'guest' : 'unknown';
    return failed({ fault, reason: `stopped: ${execution.stop_because}${lock}` });
  }
  const exit = task.state === 'ended' ? task.exit : unreadEnd(task);
  const { reason, fault } = (task.state === 'ended' && task.log.failure) || { reason: exit, fault: 'unknown' as const };
  return failed({ fault, reason: `${reason}${lock}` });
}

/** A failure with what the checks of the plan say of the guest that stayed. */
function failWith(execution: Running, { now, waited, task, guest, nodes, placed }: FollowFacts, failing: Failing) {
  const { migration, before } = execution;
  const seconds = waited.running / 1000;
  const exit = task.state === 'ended' ? task.exit : null;
  const seen = { guest, nodes: placed ? nodes : null, signs: null };
  const checks = makeChecks({ migration, before, arrived: false, seconds, exit, ...seen });
  return fail(execution, now, { timed_out: execution.stop_asked_at !== undefined, ...failing, checks });
}

import type { Config } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { type GuestRow, isTaskOk, type NodeRow } from '@evenkeel/proxmox';
import { arrive } from './arrive.ts';
import type { Failing } from './end.ts';
import type { Running } from './execution.ts';
import { failWith, unreadEnd } from './fail-with.ts';
import { mayBeMigrating, sayStillLocked } from './lock.ts';
import { awaitHa, awaitSight, outlast } from './outlast.ts';
import type { LogSummary } from './read-log.ts';
import { sayUnstopped } from './say-unstopped.ts';
import { put, type Step, wait } from './steps.ts';
import { isWithHa } from './trace.ts';

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
/** States in which HA has taken a request and not yet done with it. */
export const underWay: readonly string[] = ['migrate', 'relocate'];

/** A running migration ends where its guest is: on the target it has arrived, whatever its task says. */
export function follow(execution: Running, facts: FollowFacts): Step {
  const { real_task, task, placed } = facts;
  if (real_task && real_task !== execution.upid) return put({ ...without(execution), upid: real_task });
  if (task.state === 'running') return execution.settling_since ? put(without(execution)) : outlast(execution, facts);
  if (!placed) return awaitSight(execution, facts);
  return arriveFree(execution, facts) ?? awaitRest(execution, facts) ?? conclude(execution, facts);
}

/** Nothing is left to wait for where its task is over and nothing holds the guest on its target. */
function arriveFree(execution: Running, facts: FollowFacts): Step | null {
  const guest = onTarget(execution, facts);
  if (facts.task.state !== 'ended' || !guest || mayBeMigrating(guest)) return null;
  return put(arrive(execution, { ...facts, guest }));
}

/** What is seen of the guest may lag behind the end of its task, and HA may not have begun: null once both had their time. */
function awaitRest(execution: Running, facts: FollowFacts): Step | null {
  if (!execution.settling_since) return put({ ...execution, settling_since: iso(facts.now) });
  const limit = isAsked(execution, facts) ? haSettle : settle;
  return facts.waited.settling < 1000 * limit ? wait('waiting for the guest to come to rest') : null;
}

/** On its target it has arrived, unless it is locked and nobody knows that its task is over; else it has failed, unless it may still be moved. */
function conclude(execution: Running, facts: FollowFacts): Step {
  const { task, guest } = facts;
  const there = onTarget(execution, facts);
  if (there && (task.state === 'ended' || !mayBeMigrating(there)))
    return put(arrive(execution, { ...facts, guest: there }));
  if (isAsked(execution, facts) && underWay.includes(guest?.hastate ?? '')) return awaitHa(execution, facts);
  if (task.state === 'unknown' && !isElsewhere(execution, guest)) return outlast(execution, facts);
  return put(failure(execution, facts));
}

const without = ({ settling_since: _, ...rest }: Running): Running => rest;
const ok = (task: FollowFacts['task']) => task.state === 'ended' && isTaskOk(task.exit);
/** HA was asked, and said that it would. */
const isAsked = (execution: Running, { task }: FollowFacts) => isWithHa(execution) && ok(task);
const onTarget = ({ migration }: Running, { guest }: FollowFacts) =>
  guest?.node === migration.target_node ? guest : undefined;
const isElsewhere = ({ migration }: Running, guest: GuestRow | undefined) =>
  guest !== undefined && guest.node !== migration.source_node && guest.node !== migration.target_node;

function failure(execution: Running, facts: FollowFacts) {
  const { task, guest } = facts;
  const { migration } = execution;
  const failed = (failing: Failing) => failWith(execution, facts, failing);
  if (!guest) return failed({ fault: 'guest', reason: `${migration.guest} is not there any more` });
  if (isElsewhere(execution, guest))
    return failed({ fault: 'unknown', reason: `${migration.guest} is on ${guest.node}: moved by somebody else` });
  const lock = guest.lock ? `; ${migration.guest} is ${sayStillLocked(guest, migration)}` : '';
  if (ok(task)) {
    const who = isWithHa(execution) ? 'HA did not carry it out' : 'its task ended well';
    return failed({ fault: 'cluster', reason: `${who}, but ${migration.guest} is on ${guest.node}${lock}` });
  }
  const unstopped = sayUnstopped(execution);
  if (execution.stop_because && !unstopped) {
    const fault = execution.stop_for_pause ? 'guest' : 'unknown';
    return failed({ fault, reason: `stopped: ${execution.stop_because}${lock}` });
  }
  const exit = task.state === 'ended' ? task.exit : unreadEnd(task);
  const { reason, fault } = (task.state === 'ended' && task.log.failure) || { reason: exit, fault: 'unknown' as const };
  return failed({ fault, reason: `${reason}${unstopped ? `; it ${unstopped}` : ''}${lock}` });
}

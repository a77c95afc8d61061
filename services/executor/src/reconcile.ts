import type { Config } from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import type { GuestRow } from '@evenkeel/proxmox';
import { arrive } from './arrive.ts';
import { fail, refuse } from './end.ts';
import type { Running, Starting } from './execution.ts';
import { underWay } from './follow.ts';
import { mayBeMigrating } from './lock.ts';
import { put, type Step, wait } from './steps.ts';
import { findForeign, findTask, ownerOf, type TracedTask } from './trace.ts';

/** Machine time, milliseconds. */
export type Patience = { post_timeout_ms: number; grace_ms: number };

export type ReconcileFacts = {
  now: number;
  config: Config;
  patience: Patience;
  /** For how long this process has seen the intent unchanged, machine milliseconds. */
  unchanged_ms: number;
  /** The same, in cluster milliseconds. */
  waited_ms: number;
  /** Whose token this is: others' tasks are not its own. */
  user: string;
  tasks: TracedTask[];
  /** Whether every list of tasks could be read. */
  complete: boolean;
  guest: GuestRow | undefined;
  /** Whether placements could be read. */
  placed: boolean;
};

const lost = 'the task that moved it was not found';

/** An intent without an answer is never sent again: what became of it is read off the tasks and off where the guest is. A node whose clock is ahead starts nothing in the future. */
export function reconcile(execution: Starting, facts: ReconcileFacts): Step {
  const { migration, t0 } = execution;
  const { now, guest, tasks, patience } = facts;
  if (facts.unchanged_ms < patience.grace_ms) return wait('the answer may be on its way');
  const task = findTask(execution, tasks, facts.user);
  if (task) return put(adopt(execution, task.upid, Math.max(Math.min(task.starttime * 1000, now), millis(t0))));
  if (!facts.placed) return wait('Proxmox could not be read');
  const foreign = foreignMove(execution, facts);
  if (foreign && facts.complete) {
    if (facts.unchanged_ms < patience.post_timeout_ms + patience.grace_ms)
      return wait('the request may still be carried out');
    return put(refuse(execution, now, 'moved', foreign));
  }
  if (guest && guest.node === migration.target_node && !mayBeMigrating(guest))
    return put(arrive(adopt(execution, '', millis(t0)), { now, guest, task: { state: 'unknown' }, warnings: [lost] }));
  if (guest && guest.node !== migration.source_node && guest.node !== migration.target_node)
    return put(
      fail(execution, now, {
        fault: 'unknown',
        reason: `${migration.guest} is on ${guest.node}: moved by somebody else`,
      }),
    );
  if (facts.unchanged_ms < patience.post_timeout_ms + patience.grace_ms)
    return wait('the request may still be carried out');
  const unclear = doubt(execution, facts);
  if (!unclear) return put(fail(execution, now, { fault: 'cluster', reason: 'not started: the request was lost' }));
  const age = Math.round(facts.waited_ms / 1000);
  if (age <= facts.config.automated_migrations.migration_poll_timeout_seconds) return wait(unclear);
  const reason = `whether it was started is not known after ${age} s: ${unclear}`;
  return put(fail(execution, now, { fault: 'unknown', reason, hold: true }));
}

/** That somebody else moves the guest, or has: then the request found it locked, or no longer there. */
function foreignMove(execution: Starting, { user, tasks, guest }: ReconcileFacts): string | null {
  const { guest: name, source_node } = execution.migration;
  const foreign = findForeign(execution, tasks, user);
  const moves = foreign?.endtime === undefined;
  if (!foreign || (!moves && guest?.node === source_node)) return null;
  const to = foreign.target === undefined ? '' : ` to ${foreign.target}`;
  return `not started: ${ownerOf(foreign)} ${moves ? 'moves' : 'moved'} ${name}${to} meanwhile`;
}

/** Why a task that is not seen may be there all the same, or null. */
function doubt({ migration }: Starting, { complete, guest }: ReconcileFacts): string | null {
  if (!complete) return 'the tasks could not be read';
  if (guest && mayBeMigrating(guest)) return `${migration.guest} is locked (${guest.lock})`;
  return guest && underWay.includes(guest.hastate ?? '')
    ? `HA holds ${migration.guest} in state ${guest.hastate}`
    : null;
}

/** The intent as a running migration. */
export const adopt = ({ t0: _, ...kept }: Starting, upid: string, started: number): Running => ({
  ...kept,
  state: 'running',
  started_at: iso(started),
  upid,
  adopted: true,
});

import { iso, millis } from '@evenkeel/model';
import type { GuestRow } from '@evenkeel/proxmox';
import { type Running, startOf, type Validating } from './execution.ts';
import type { FollowFacts } from './follow.ts';
import { mayBeMigrating, sayStillLocked } from './lock.ts';
import { sayUnstopped } from './say-unstopped.ts';

export type ArriveFacts = Pick<FollowFacts, 'now' | 'task'> & { guest: GuestRow; warnings?: string[] };

/** The guest is on its target: what its task left to say is kept, and the plan's validation begins. */
export function arrive(execution: Running, facts: ArriveFacts): Validating {
  const { migration, trace, claimed_at, validated_at, before, upid } = execution;
  const { now, task } = facts;
  const transfer = task.state === 'ended' ? task.log.transfer : undefined;
  return {
    state: 'validating',
    migration,
    ...(trace && { trace }),
    ...(claimed_at && { claimed_at }),
    ...(validated_at && { validated_at }),
    ...(before && { before }),
    ...startOf(execution),
    arrived_at: iso(endOf(execution, facts)),
    validating_since: iso(now),
    ...(task.state === 'ended' && upid !== '' && { exit: task.exit }),
    warnings: facts.warnings ?? warningsOf(execution, facts),
    ...(transfer && { transfer }),
  };
}

/** When the task ended rather than when that was seen, as far as the clocks of its node and of this machine can be right. */
function endOf({ started_at }: Running, { now, task }: ArriveFacts): number {
  const ended = (task.state === 'ended' && task.ended_at) || now;
  const started = millis(started_at);
  return Math.max(started, now < started ? ended : Math.min(now, ended));
}

function warningsOf(execution: Running, { task, guest }: ArriveFacts): string[] {
  const { migration } = execution;
  const unstopped = sayUnstopped(execution);
  const stopped = guest.status === 'stopped' && migration.migration_plan.migration_type !== 'offline_migration';
  const exit = task.state === 'ended' ? task.exit : 'the end of its task could not be read';
  const log = task.state === 'ended' ? task.log : undefined;
  return [
    ...(exit === 'OK' ? [] : [exit]),
    ...(log?.warnings ?? []),
    ...(unstopped ? [unstopped] : []),
    ...(stopped ? ['it is stopped'] : []),
    ...(mayBeMigrating(guest) ? [`it is ${sayStillLocked(guest, migration)}`] : []),
  ];
}

import { type Failing, fail } from './end.ts';
import type { Running } from './execution.ts';
import type { FollowFacts } from './follow.ts';
import { makeChecks } from './make-checks.ts';

/** Why nobody knows how a task ended, as the end of a sentence. */
export const unreadEnd = (task: FollowFacts['task']): string =>
  `the end of its task could not be read${task.state === 'unknown' && task.why ? `: ${task.why}` : ''}`;

/** A failure with what the checks of the plan say of the guest that stayed. */
export function failWith(
  execution: Running,
  { now, waited, task, guest, nodes, placed }: FollowFacts,
  failing: Failing,
) {
  const { migration, before } = execution;
  const seconds = waited.running / 1000;
  const exit = task.state === 'ended' ? task.exit : null;
  const seen = { guest, nodes: placed ? nodes : null, signs: null };
  const checks = makeChecks({ migration, before, arrived: false, seconds, exit, ...seen });
  return fail(execution, now, { timed_out: execution.stop_asked_at !== undefined, ...failing, checks });
}

import { iso } from '@evenkeel/model';
import { stalls } from './converge.ts';
import type { Running } from './execution.ts';
import { failWith, unreadEnd } from './fail-with.ts';
import type { FollowFacts } from './follow.ts';
import { timeout } from './plan-steps.ts';
import { put, type Step, wait } from './steps.ts';

/** Cluster seconds in which a migration that was asked to stop must have, and after which it is asked again where that was refused. */
const stopPatience = 120;
/** Cluster seconds after which nobody waits any more for what Proxmox still works on and does not let be stopped. */
const longest = 24 * 3600;

/** What Proxmox says is running has no end, whatever its time: it is asked to stop, and asked again where that was not taken. */
export function outlast(execution: Running, facts: FollowFacts): Step {
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
  if (waited.stopping < 1000 * stopPatience)
    return wait(execution.stop_refused ? `it could not be stopped: ${execution.stop_refused}` : 'asked to stop');
  if (task.state === 'unknown' && age <= limit) return wait(unreadEnd(task));
  if (task.state === 'running' && !execution.stop_taken && age <= longest)
    return { do: 'stop', next: again(execution, now) };
  return put(failWith(execution, facts, { fault: 'unknown', reason: stuck(execution, facts), hold: true }));
}

const again = ({ stop_refused: _, ...rest }: Running, now: number): Running => ({ ...rest, stop_asked_at: iso(now) });

function stuck({ stop_because: because, stop_refused }: Running, { waited, task }: FollowFacts): string {
  const age = Math.round(waited.running / 1000);
  const why = stop_refused ? `; it could not be stopped: ${stop_refused}` : '';
  const unread = task.state === 'unknown' ? `; ${unreadEnd(task)}` : '';
  return `stuck: still running after ${age} s, although it was to stop${because ? `: ${because}` : ''}${why}${unread}`;
}

/** What HA has put off nobody can call back, and it may do it at any time: only who waited for a day says so, and the guest stays held. */
export function awaitHa(execution: Running, facts: FollowFacts): Step {
  return awaitFor(execution, facts, {
    yet: (age) => `HA has not come to it yet, after ${age} s`,
    never: (age) => `HA has not carried it out after ${age} s, and may still do so`,
  });
}

/** A guest that cannot be seen may be anywhere, and is given up after a day as well: its way must not stay taken for good. */
export function awaitSight(execution: Running, facts: FollowFacts): Step {
  const { guest } = execution.migration;
  return awaitFor(execution, facts, {
    yet: () => 'Proxmox could not be read',
    never: (age) => `where ${guest} is could still not be read ${age} s after it started to move`,
  });
}

type Said = Record<'yet' | 'never', (age: number) => string>;

function awaitFor(execution: Running, facts: FollowFacts, { yet, never }: Said): Step {
  const age = Math.round(facts.waited.running / 1000);
  if (age <= longest) return wait(yet(age));
  return put(failWith(execution, facts, { fault: 'unknown', reason: never(age), hold: true, timed_out: true }));
}

import {
  type CloudEvent,
  type DataOf,
  type DecisionAction,
  decisionAnswered,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  migrationStarted,
  outcomeRecorded,
} from '@evenkeel/contracts';
import { endOf } from '@evenkeel/filter-pipeline/follow';
import { nameOfType } from '@evenkeel/runtime';

/**
 * What became of a decision: when, in a few words what, and what that makes of it where it moves it on; an `answer` does so only
 * while the decision waits for its turn.
 */
export type Stage = {
  at: string;
  text: string;
  becomes?: { action: DecisionAction; reason: string };
  answer?: true;
};

const points = (n: number): string => `${n >= 0 ? '+' : '−'}${Math.abs(n).toFixed(1)} points`;

function answered({ by, answer, reason }: DataOf<typeof decisionAnswered>, at: string): Stage {
  if (answer === 'not_pending') return { at, text: `${by} said yes in vain (${reason})` };
  const [says, action] = answer === 'approved' ? (['said yes', 'pending'] as const) : (['said no', 'skipped'] as const);
  const more = afterPrefix(reason, `${answer} by ${by}`).replace(/^[:;] /, '');
  return { at, text: `${by} ${says}${more && ` (${more})`}`, becomes: { action, reason }, answer: true };
}

const afterPrefix = (text: string, prefix: string): string =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text;

function approved({ migration }: DataOf<typeof migrationApproved>): Stage {
  const { approved_at: at, approved_by: by, expires_at } = migration;
  const reason = by === undefined ? 'approved' : `approved by ${by}`;
  return {
    at,
    text: `${reason} (to start before ${expires_at.slice(11, 19)})`,
    becomes: { action: 'pending', reason },
  };
}

function started({ started_at, adopted, along_with, taken_along }: DataOf<typeof migrationStarted>): Stage {
  const began = adopted ? 'found running' : 'started';
  const alone = taken_along ? `${began}, HA takes along ${taken_along.join(', ')}` : began;
  const text = along_with === undefined ? alone : `taken along by HA with ${along_with}`;
  return { at: started_at, text, becomes: { action: 'pending', reason: `moving since ${started_at}` } };
}

function completed({ migration, completed_at, transfer }: DataOf<typeof migrationCompleted>): Stage {
  const pause = transfer?.downtime_seconds;
  const paused = pause === undefined ? '' : `, paused ${Math.round(pause * 1000)} ms`;
  const text = transfer ? `completed (in ${Math.round(transfer.duration_seconds)} s${paused})` : 'completed';
  return { at: completed_at, text, becomes: endOf(migration, { at: completed_at, how: 'completed' }) };
}

function failed({ migration, failed_at: at, reason }: DataOf<typeof migrationFailed>): Stage {
  return { at, text: `failed (${reason})`, becomes: endOf(migration, { at, how: 'failed', reason }) };
}

function refused({ migration, refused_at: at, reason }: DataOf<typeof migrationRefused>): Stage {
  return { at, text: `refused (${reason})`, becomes: endOf(migration, { at, how: 'refused', reason }) };
}

function judged({ outcome: o }: DataOf<typeof outcomeRecorded>): Stage {
  const gain = o.actual_gain;
  if (gain === undefined)
    return { at: o.judged_at, text: `not judged after ${o.horizon} (${o.closed_early ?? 'not measured'})` };
  const text = `${o.verdict ?? 'judged'} after ${o.horizon} (${points(gain)}, expected ${points(o.expected_gain.expected)})`;
  return { at: o.judged_at, text };
}

/** Every event that says what became of a decision, with its reader. */
const readers = [
  [decisionAnswered, answered],
  [migrationApproved, approved],
  [migrationStarted, started],
  [migrationCompleted, completed],
  [migrationFailed, failed],
  [migrationRefused, refused],
  [outcomeRecorded, judged],
] as const;

export const stageEvents = readers.map(([event]) => event);

/** Undefined for events that say nothing about a decision. */
export function stageOf({ type, time, data }: CloudEvent): Stage | undefined {
  const name = nameOfType(type);
  const read = readers.find(([event]) => event.name === name)?.[1] as
    | ((data: unknown, at: string) => Stage)
    | undefined;
  return read?.(data, time);
}

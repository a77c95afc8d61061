import {
  type executions,
  migrationCompleted,
  migrationFailed,
  migrationProgressed,
  migrationRefused,
  migrationStarted,
  type ValueOf,
} from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import type { Ended, Execution, Running } from './execution.ts';
import type { LogSummary } from './read-log.ts';

/** What has been said of an execution. */
export type SaidSoFar = ValueOf<typeof executions>;

export const nothingSaid: SaidSoFar = { started: false, ended: false, look: 0 };

/** A look is worth saying every five seconds at first, then less and less often: a long migration is some hundred looks, not thousands. */
export function lookIsDue(execution: Running, said: SaidSoFar, now: number): boolean {
  const since = millis(said.looked_at ?? execution.started_at);
  return now - since >= Math.max(5000, (now - millis(execution.started_at)) / 20);
}

/** What is to be said of an execution as it stands; the same state says the same events at the same times, however often. */
export function report(execution: Execution, said: SaidSoFar, log: LogSummary | null, now: number) {
  if (execution.state === 'running') {
    const started = said.started ? [] : [startOf(execution, execution)];
    const looked = log ? [lookOf(execution, said.look + 1, log, now)] : [];
    const next = { ...said, started: true, ...(log ? { look: said.look + 1, looked_at: iso(now) } : {}) };
    return { events: [...started, ...looked], next };
  }
  if (execution.state !== 'ended' || said.ended) return { events: [], next: said };
  const { start } = execution;
  const started = start && !said.started ? [startOf(execution, start)] : [];
  return { events: [...started, endOf(execution)], next: { ...said, started: start !== undefined, ended: true } };
}

function startOf({ migration, trace }: Execution, { started_at, upid, adopted }: NonNullable<Ended['start']>) {
  return migrationStarted.of({ migration, started_at, upid, adopted }, started_at, trace);
}

function lookOf({ migration, trace }: Running, look: number, log: LogSummary, now: number) {
  const at = iso(now);
  return migrationProgressed.of({ migration, look, at, step: log.step, ...log.progress }, at, trace);
}

function endOf({ migration, trace, start, ending }: Ended) {
  const { at, reason, warnings, transfer } = ending;
  if (ending.kind === 'refused')
    return migrationRefused.of({ migration, refused_at: at, reason, code: ending.code ?? 'not_allowed' }, at, trace);
  if (ending.kind === 'failed') {
    const fault = ending.fault ?? 'unknown';
    const began = start ? { started_at: start.started_at, upid: start.upid } : {};
    return migrationFailed.of({ migration, ...began, failed_at: at, reason, fault }, at, trace);
  }
  const { started_at, upid } = start ?? { started_at: at, upid: '' };
  const data = { migration, started_at, completed_at: at, upid, warnings };
  return migrationCompleted.of(transfer ? { ...data, transfer } : data, at, trace);
}

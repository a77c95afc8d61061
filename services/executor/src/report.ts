import {
  type Config,
  type executions,
  migrationCompleted,
  migrationFailed,
  migrationProgressed,
  migrationRefused,
  migrationStarted,
  type PlanStep,
  type ValueOf,
} from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import { type Ended, type Execution, type Running, type Start, startOf, type Validating } from './execution.ts';
import { timeout } from './plan-steps.ts';
import type { LogSummary } from './read-log.ts';
import { sayUnstopped } from './say-unstopped.ts';

/** What has been said of an execution. */
export type SaidSoFar = ValueOf<typeof executions>;
export type ReportFacts = { log: LogSummary | null; now: number; config: Config };

export const nothingSaid: SaidSoFar = { started: false, ended: false, look: 0 };

/** A look is worth saying every five seconds at first, then less and less often: a long migration is some hundred looks, not thousands. */
export function lookIsDue(execution: Running, said: SaidSoFar, now: number): boolean {
  const since = millis(said.looked_at ?? execution.started_at);
  return now - since >= Math.max(5000, (now - millis(execution.started_at)) / 20);
}

/** What is to be said of an execution as it stands; the same state says the same events at the same times, however often. */
export function report(execution: Execution, said: SaidSoFar, facts: ReportFacts) {
  const { log, now, config } = facts;
  if (execution.state === 'running') {
    const started = said.started ? [] : [sayStart(execution, execution, config)];
    const looked = log ? [lookOf(execution, said.look + 1, log, now)] : [];
    const next = { ...said, started: true, ...(log ? { look: said.look + 1, looked_at: iso(now) } : {}) };
    return { events: [...started, ...looked], next };
  }
  if (execution.state === 'validating') return reportArrival(execution, said, config);
  if (execution.state !== 'ended' || said.ended) return { events: [], next: said };
  const { start } = execution;
  const started = start && !said.started ? [sayStart(execution, start, config)] : [];
  return { events: [...started, endOf(execution)], next: { ...said, started: start !== undefined, ended: true } };
}

/** That the guest has arrived is said once, where anything is then validated. */
function reportArrival(execution: Validating, said: SaidSoFar, config: Config) {
  const { migration, trace, validating_since: at } = execution;
  const started = said.started ? [] : [sayStart(execution, execution, config)];
  const plan_step = stepAt(execution, 'post_migration_validation', 0);
  if (!plan_step || (said.looked_at !== undefined && said.looked_at >= at))
    return { events: started, next: { ...said, started: true } };
  const look = said.look + 1;
  const step = `arrived on ${migration.target_node}: its checks are made`;
  const arrived = migrationProgressed.of({ migration, look, at, step, plan_step }, at, trace);
  return { events: [...started, arrived], next: { ...said, started: true, look, looked_at: at } };
}

/** Who goes on the same request to HA. */
const boundOf = ({ taken_along, along_with }: Pick<Start, 'taken_along' | 'along_with'>) => ({
  ...(taken_along?.length && { taken_along }),
  ...(along_with && { along_with }),
});

function sayStart({ migration, trace }: Execution, from: Start, config: Config) {
  const start = startOf(from);
  const deadline_at = iso(millis(start.started_at) + 1000 * timeout({ migration }, config));
  return migrationStarted.of({ migration, ...start, deadline_at }, start.started_at, trace);
}

function lookOf(execution: Running, look: number, { step, progress }: LogSummary, now: number) {
  const { migration, trace, started_at } = execution;
  const at = iso(now);
  const plan_step = stepAt(execution, 'live_migration', (now - millis(started_at)) / 1000);
  const unstopped = sayUnstopped(execution);
  const told = unstopped ? `${step}; ${unstopped}` : step;
  const said = { migration, look, at, step: told, ...progress, ...(plan_step ? { plan_step } : {}) };
  return migrationProgressed.of(said, at, trace);
}

function stepAt({ migration }: Execution, wanted: PlanStep['action'], seconds: number) {
  const found = migration.migration_plan.execution_steps.find(({ action }) => action === wanted);
  if (!found) return undefined;
  const { step, action, timeout_seconds } = found;
  return { step, action, timeout_seconds, elapsed_seconds: Math.round(seconds) };
}

function endOf({ migration, trace, start, ending }: Ended) {
  const { at, reason, warnings, transfer, rollback } = ending;
  const left = ending.leftovers ? { leftovers: ending.leftovers } : {};
  const steps = ending.steps ? { steps: ending.steps } : {};
  const checks = ending.checks ? { checks: ending.checks } : {};
  if (ending.kind === 'refused') {
    const data = { migration, refused_at: at, reason, code: ending.code ?? 'not_allowed', ...steps };
    return migrationRefused.of(data, at, trace);
  }
  if (ending.kind === 'failed') {
    const fault = ending.fault ?? 'unknown';
    const began = start ? { started_at: start.started_at, upid: start.upid } : {};
    return migrationFailed.of(
      { migration, ...began, failed_at: at, reason, fault, ...checks, ...steps, ...left },
      at,
      trace,
    );
  }
  const { started_at, upid } = start ?? { started_at: at, upid: '' };
  const bound = start ? boundOf(start) : {};
  const data = { migration, started_at, completed_at: at, upid, ...bound, warnings, ...checks, ...steps, ...left };
  const more = { ...(transfer ? { transfer } : {}), ...(rollback ? { rollback } : {}) };
  return migrationCompleted.of({ ...data, ...more }, at, trace);
}

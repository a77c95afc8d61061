import type { CheckResult, StepResult } from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import type { Ended, Ending, Execution, Running, Validating } from './execution.ts';
import { type LeftoverLook, sayLeftovers } from './leftovers.ts';
import { type Stop, stepResults } from './plan-steps.ts';
import type { DecidedWayBack } from './way-back.ts';

type Fault = NonNullable<Ending['fault']>;
type Said = Partial<Ending> & Pick<Ending, 'kind' | 'reason'>;

/** Nothing ends before it was approved, or started: a clock that says so is wrong. */
const notBefore = (from: Execution, now: number): number =>
  Math.max(
    now,
    millis(from.migration.approved_at),
    from.state === 'starting' ? millis(from.t0) : 0,
    from.state === 'running' || from.state === 'validating' ? millis(from.started_at) : 0,
  );

const end = (from: Execution, now: number, said: Said, stop: Stop | null): Ended => ({
  state: 'ended',
  migration: from.migration,
  ...(from.state === 'running' || from.state === 'validating' ? { start: startOf(from) } : {}),
  ending: {
    at: iso(notBefore(from, now)),
    warnings: [],
    hold: false,
    ...said,
    ...stepsOf(from, notBefore(from, now), stop),
  },
});

function startOf({ started_at, upid, adopted, taken_along, along_with }: Running | Validating): Ended['start'] {
  return { started_at, upid, adopted, ...(taken_along && { taken_along }), ...(along_with && { along_with }) };
}

/** How the steps of the plan went, where it has any and the migration came to the first. */
function stepsOf(from: Execution, now: number, stop: Stop | null): Pick<Ending, 'steps'> {
  const plan = from.migration.migration_plan;
  if (from.state === 'approved' || from.state === 'ended' || plan.execution_steps.length === 0) return {};
  const started_at = from.state === 'claimed' ? undefined : from.state === 'starting' ? from.t0 : from.started_at;
  const { arrived_at, validating_since } = from.state === 'validating' ? from : {};
  const { clearing_since } = from.state === 'validating' || from.state === 'running' ? from : {};
  const before = { claimed_at: from.claimed_at ?? started_at, validated_at: from.validated_at, started_at };
  const marks = { ...before, arrived_at, validating_since, clearing_since, ended_at: iso(now) };
  return { steps: stepResults(plan, marks, stop) };
}

/** Codes of what only the second look at the guest itself finds. */
const preparation = ['locked', 'not_allowed', 'no_right'];

export function refuse(from: Execution, now: number, code: string, reason: string): Ended {
  const at = preparation.includes(code) ? 'migration_preparation' : 'pre_migration_validation';
  const result = code === 'unread' || code === 'expired' ? 'timed_out' : 'failed';
  return end(from, now, { kind: 'refused', code, reason }, { at, result });
}

export type Failing = { fault: Fault; reason: string; hold?: boolean; checks?: CheckResult[]; timed_out?: boolean };

export function fail(from: Execution, now: number, failing: Failing): Ended {
  const { fault, reason, hold = false, checks = [], timed_out = false } = failing;
  const said = { kind: 'failed' as const, fault, reason, hold, ...(checks.length > 0 ? { checks } : {}) };
  return end(from, now, said, { at: 'live_migration', result: timed_out ? 'timed_out' : 'failed' });
}

/** It ended when the guest had arrived, however long it was looked at afterwards. */
export function complete(from: Validating, now: number, checks: CheckResult[], back: DecidedWayBack): Ended {
  const unwell = ({ name, passed }: CheckResult) => name.startsWith('guest_') && passed === false;
  const failed = checks.some(unwell) || back.rollback?.wanted === true;
  const said = {
    kind: 'completed' as const,
    at: from.arrived_at,
    reason: `runs on ${from.migration.target_node}`,
    warnings: from.warnings,
    ...(from.transfer ? { transfer: from.transfer } : {}),
    ...(checks.length > 0 ? { checks } : {}),
    ...back,
  };
  return end(from, now, said, failed ? { at: 'post_migration_validation', result: 'failed' } : null);
}

/** What was found of it where it is not, `at` what time: said at the end of the reason, or as a warning where the guest arrived. */
export function withLeftovers(ended: Ended, node: string, look: LeftoverLook, at: string): Ended {
  const { ending } = ended;
  const said = sayLeftovers(node, look);
  const leftovers = look.leftovers ? { leftovers: look.leftovers } : {};
  const result: StepResult['result'] = look.passes ? 'timed_out' : said === '' ? 'done' : 'failed';
  const steps = ending.steps?.map((step) =>
    step.action === 'cleanup' && step.result === 'done' ? { ...step, result, ended_at: at } : step,
  );
  if (said === '') return { ...ended, ending: { ...ending, ...leftovers, ...(steps ? { steps } : {}) } };
  if (ending.kind !== 'completed')
    return { ...ended, ending: { ...ending, reason: ending.reason + said, ...leftovers } };
  const warnings = [...ending.warnings, said.replace(/^; /, '')];
  return { ...ended, ending: { ...ending, warnings, ...leftovers, ...(steps ? { steps } : {}) } };
}

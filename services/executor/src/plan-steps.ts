import type { ApprovedMigration, Config, MigrationPlan, PlanStep, StepResult } from '@evenkeel/contracts';

type Action = PlanStep['action'];

/** Seconds that the plan gives a step; undefined where it has no such step. */
export const secondsOf = (plan: MigrationPlan, action: Action): number | undefined =>
  plan.execution_steps.find((step) => step.action === action)?.timeout_seconds;

/** When a migration came to each of its stages, as far as it did. */
export type Marks = {
  claimed_at?: string | undefined;
  /** Nothing but, at most, a lock stood against it. */
  validated_at?: string | undefined;
  started_at?: string | undefined;
  arrived_at?: string | undefined;
  /** Its checks began, and ended. */
  validating_since?: string | undefined;
  clearing_since?: string | undefined;
  ended_at: string;
};
export type Stop = { at: Action; result: 'failed' | 'timed_out' };

const spans: Record<Action, (marks: Marks) => [string | undefined, string | undefined]> = {
  pre_migration_validation: ({ claimed_at, validated_at, started_at }) => [claimed_at, validated_at ?? started_at],
  migration_preparation: ({ claimed_at, validated_at, started_at }) => [validated_at ?? claimed_at, started_at],
  live_migration: ({ started_at, arrived_at }) => [started_at, arrived_at],
  post_migration_validation: ({ arrived_at, validating_since, clearing_since }) => [
    validating_since ?? arrived_at,
    clearing_since,
  ],
  cleanup: ({ arrived_at, clearing_since, ended_at }) => [clearing_since ?? (arrived_at && ended_at), ended_at],
};
const beforeStart: readonly Action[] = ['pre_migration_validation', 'migration_preparation'];

/** How each step of the plan went; `stop` names the one that did not go well, after which none but a check of the guest follows. */
export function stepResults(plan: MigrationPlan, marks: Marks, stop: Stop | null): StepResult[] {
  const last = stop ? plan.execution_steps.findIndex(({ action }) => action === stop.at) : Infinity;
  return plan.execution_steps.map(({ step, action, timeout_seconds }, i): StepResult => {
    const [from, to] = spans[action](marks);
    const reached = from !== undefined && i <= last;
    if (!reached) return { step, action, timeout_seconds, result: 'not_reached' };
    const isLast = i === last;
    const ended_at = isLast && beforeStart.includes(action) ? marks.ended_at : (to ?? marks.ended_at);
    return { step, action, timeout_seconds, result: isLast && stop ? stop.result : 'done', started_at: from, ended_at };
  });
}

/** Seconds that the plan gives the move, as long as the configuration allows. */
export function timeout({ migration }: { migration: ApprovedMigration }, config: Config): number {
  const planned = secondsOf(migration.migration_plan, 'live_migration') ?? Number.POSITIVE_INFINITY;
  return Math.min(config.automated_migrations.migration_poll_timeout_seconds, planned);
}

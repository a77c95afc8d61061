import type { ApprovedMigration, CloudEvent, RunSummary } from '@evenkeel/contracts';
import { followDecision } from '@evenkeel/filter-pipeline/follow';
import { type Stage, stageOf } from './stage-of.ts';

export type Followed = {
  /** What became of a decision after it was made, oldest first. */
  since: (decision_id: string) => Stage[];
  /** The summary of a run with its decisions where they are now. */
  now: (run: RunSummary) => RunSummary;
};

type Ref = Pick<ApprovedMigration, 'run_id' | 'decision_id'>;

/** Follows decisions through the events of their migrations, given in the order in which they were said. */
export function followDecisions(events: readonly CloudEvent[]): Followed {
  const known = new Map<string, Ref>();
  const steps = events.flatMap((event) => {
    const stage = stageOf(event);
    const { migration, outcome } = event.data as { migration?: ApprovedMigration; outcome?: { migration_id: string } };
    if (migration) known.set(migration.migration_id, migration);
    const ref = migration ?? known.get(outcome?.migration_id ?? '');
    return stage && ref ? [{ ref, stage }] : [];
  });
  return {
    since: (decision_id) => steps.filter(({ ref }) => ref.decision_id === decision_id).map(({ stage }) => stage),
    now: (run) =>
      steps.reduce((summary, { ref, stage: { at, becomes } }) => {
        if (!becomes || ref.run_id !== run.run_id) return summary;
        return followDecision(summary, ref.decision_id, becomes.action, becomes.reason, at) ?? summary;
      }, run),
  };
}

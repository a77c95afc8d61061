import type { ApprovedMigration, CloudEvent, RunSummary } from '@evenkeel/contracts';
import { followDecision } from '@evenkeel/filter-pipeline/follow';
import { type Stage, stageOf } from './stage-of.ts';

export type Followed = {
  /** What became of a decision after it was made, oldest first. */
  since: (decision_id: string) => Stage[];
  /** The summary of a run with its decisions where they are now. */
  now: (run: RunSummary) => RunSummary;
};

type Step = { decision_id: string; stage: Stage };

/** Events of a migration carry it, an outcome names it, an answer names the decision itself. */
type Data = { migration?: ApprovedMigration; outcome?: { migration_id: string }; decision_id?: string };

/** Follows decisions through the events of their migrations, given in the order in which they were said. */
export function followDecisions(events: readonly CloudEvent[]): Followed {
  const begun = new Map<string, string>();
  const steps = events.flatMap((event): Step[] => {
    const stage = stageOf(event);
    const { migration, outcome, decision_id: named } = event.data as Data;
    if (migration) begun.set(migration.migration_id, migration.decision_id);
    const decision_id = named ?? begun.get(migration?.migration_id ?? outcome?.migration_id ?? '');
    if (!stage || decision_id === undefined) return [];
    const isTooLate = stage.answer && [...begun.values()].includes(decision_id);
    return [{ decision_id, stage: isTooLate ? { at: stage.at, text: stage.text } : stage }];
  });
  return {
    since: (wanted) => steps.filter(({ decision_id }) => decision_id === wanted).map(({ stage }) => stage),
    now: (run) => steps.reduce(moveOn, run),
  };
}

/** An answer to what is no longer waiting is told, and changes nothing. */
function moveOn(summary: RunSummary, { decision_id, stage: { at, becomes, answer } }: Step): RunSummary {
  const line = summary.decisions.find((d) => d.decision_id === decision_id);
  if (!line || !becomes || (answer && !waiting.includes(line.action))) return summary;
  return followDecision(summary, decision_id, becomes.action, becomes.reason, at) ?? summary;
}

const waiting = ['pending', 'skipped'];

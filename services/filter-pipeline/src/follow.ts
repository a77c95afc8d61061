import type { Approval, ApprovedMigration, DecisionAction, RunSummary } from '@evenkeel/contracts';
import { byText, millis } from '@evenkeel/model';
import { countActions, mostNotes } from './summarize.ts';

/** The summary with one decision moved on; untouched where it is about another run or the decision has already ended. */
export function followDecision(
  summary: RunSummary | undefined,
  decision_id: string,
  action: DecisionAction,
  reason: string,
  at: string,
): RunSummary | undefined {
  const line = summary?.decisions.find((d) => d.decision_id === decision_id);
  if (!summary || !line || line.action === 'executed' || line.action === 'failed') return undefined;
  if (line.action === action && line.reason === reason) return undefined;
  const decisions = summary.decisions.map((d) => (d === line ? { ...d, action, reason } : d));
  return conclude({ ...summary, decisions, counts: recount(summary, line.action, action) }, at);
}

/** The summary after its queue was closed: what still waited stays where it is, and the run says why. */
export function closeQueue(summary: RunSummary, waited: ReadonlySet<string>, why: string): RunSummary {
  const decisions = summary.decisions.map((d) =>
    waited.has(d.decision_id) ? { ...d, reason: `had no turn: ${why}` } : d,
  );
  const note = `the queue is closed, ${waited.size} had no turn: ${why}`;
  return { ...summary, decisions, notes: [note, ...summary.notes].slice(0, mostNotes) };
}

/** What the end of a migration makes of its decision. */
export function endOf(
  migration: ApprovedMigration,
  ended: NonNullable<Approval['ended']>,
): { action: DecisionAction; reason: string } {
  const path = `${migration.source_node}->${migration.target_node}`;
  if (ended.how === 'completed') return { action: 'executed', reason: `executed: ${path} at ${ended.at}` };
  if (ended.how === 'failed') return { action: 'failed', reason: `failed: ${ended.reason ?? 'no reason given'}` };
  return {
    action: 'filtered',
    reason: `filtered: refused just before the start: ${ended.reason ?? 'no reason given'}`,
  };
}

function recount(summary: RunSummary, from: DecisionAction, to: DecisionAction): RunSummary['counts'] {
  const counts = { ...summary.counts, [from]: (summary.counts[from] ?? 1) - 1 };
  counts[to] = (counts[to] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0));
}

function conclude(summary: RunSummary, at: string): RunSummary {
  const { executed = 0, failed = 0, pending = 0 } = countActions(summary.decisions);
  const { duration_seconds, ...rest } = summary;
  const counted = { ...rest, migrations_executed: executed + failed, migrations_successful: executed };
  if (pending > 0) return { ...counted, status: 'acting' };
  const ended = executed === 0 ? (failed === 0 ? 'no_action' : 'failed') : failed === 0 ? 'success' : 'partial';
  return { ...counted, status: ended, duration_seconds: (millis(at) - millis(summary.timestamp)) / 1000 };
}

/** Ids of the runs that are too many, oldest first. */
export const oldestRuns = (runs: readonly (readonly [string, RunSummary])[], most: number): string[] =>
  [...runs]
    .sort(([a, x], [b, y]) => byText(y.timestamp, x.timestamp) || byText(a, b))
    .slice(most)
    .map(([run_id]) => run_id);

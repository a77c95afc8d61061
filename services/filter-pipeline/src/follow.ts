import type { Approval, ApprovedMigration, DecisionAction, RunSummary } from '@evenkeel/contracts';
import { byText, millis } from '@evenkeel/model';
import { awaiting } from './authority.ts';
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
  const note = `the queue is closed, ${waited.size} had no turn: ${why}`;
  const noted = { ...summary, notes: [note, ...summary.notes].slice(0, mostNotes) };
  return noted.decisions
    .filter((d) => waited.has(d.decision_id))
    .reduce((closed, d) => skip(closed, d.decision_id, `had no turn: ${why}`), noted);
}

/** Decisions that come out otherwise than was said of them when they are made again, for circumstances have changed. */
export function decidedOtherwise(again: RunSummary, said: RunSummary): ReadonlySet<string> {
  const lines = new Map(said.decisions.map((d) => [d.decision_id, d]));
  const changed = again.decisions.filter(({ decision_id, action, reason }) => {
    const line = lines.get(decision_id);
    return line?.action !== action || line.reason !== reason;
  });
  return new Set(changed.map(({ decision_id }) => decision_id));
}

/** The summary of a run that another replaces: what nobody has approved, or what was approved by a person and had no turn, is skipped. */
export function replaced(summary: RunSummary, under_way: (decision_id: string) => boolean, at: string): RunSummary {
  const left = summary.decisions.filter(({ action, decision_id }) => action === 'pending' && !under_way(decision_id));
  if (left.length === 0) return summary;
  const why = (reason: string) =>
    `skipped: ${reason === awaiting ? 'nobody approved it' : 'it had no turn'} before the next run`;
  return conclude(
    left.reduce((closed, d) => skip(closed, d.decision_id, why(d.reason)), summary),
    at,
  );
}

function skip(summary: RunSummary, decision_id: string, reason: string): RunSummary {
  const line = summary.decisions.find((d) => d.decision_id === decision_id)!;
  const decisions = summary.decisions.map((d) => (d === line ? { ...d, action: 'skipped' as const, reason } : d));
  return { ...summary, decisions, counts: recount(summary, line.action, 'skipped') };
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
  const { executed = 0, failed = 0 } = countActions(summary.decisions);
  const pending = summary.decisions.filter((d) => d.action === 'pending' && d.reason !== awaiting).length;
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

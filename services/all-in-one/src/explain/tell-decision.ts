import type { Decision, RunSummary } from '@evenkeel/contracts';
import { printable, safe } from '../demo/tell.ts';
import type { Followed } from './follow-decisions.ts';
import type { Stage } from './stage-of.ts';

const marks = { passed: '✓', failed: '✗', off: '–', bypassed: '»', not_reached: ' ' };

/** An action and why; reasons that begin with their action do not say it twice. */
const said = (action: string, reason: string): string =>
  printable(reason.startsWith(`${action}:`) || reason === action ? reason : `${action}: ${reason}`);

const clock = (at: string, day: string): string => (at.startsWith(day) ? at.slice(11, 19) : at.slice(0, 19));

const tellSince = (stages: readonly Stage[], decided_at: string): string =>
  stages
    .map(({ at, text }) => {
      const [, word, more = ''] = /^([^(]*?)( \(.*)?$/s.exec(text)!;
      return printable(`${word} ${clock(at, decided_at.slice(0, 10))}${more}`);
    })
    .join(', ');

/** A guest's decision: what was decided, what became of it, and every filter. */
export function tellDecision(decision: Decision, since: readonly Stage[]): string {
  const { recommendation: r, action, reason, decided_at, ladder } = decision;
  const rungs = ladder.map(
    (rung) =>
      `  ${marks[rung.result]} ${String(rung.order).padStart(2)} ${rung.filter.padEnd(18)} ${printable(rung.reason)}`,
  );
  return [
    `${r.guest} ${safe(r.name)}  ${r.source_node} → ${r.target_node}  (${decided_at})`,
    `  ${said(action, reason)}`,
    ...(since.length > 0 ? [`  since then: ${tellSince(since, decided_at)}`] : []),
    `  why: ${printable(r.reason)}`,
    `  promise: ${r.score_improvement.toFixed(1)} points (${r.improvement.low.toFixed(1)} to ${r.improvement.high.toFixed(1)}), confidence ${Math.round(r.confidence_score)}, about ${Math.round(r.cost.duration_seconds.expected)} s`,
    ...rungs,
    '',
  ].join('\n');
}

/** A run where it is now: what became of each of its decisions, and where nothing moved, why. */
export function tellRun(decided: RunSummary, { now, since }: Followed): string {
  const run = now(decided);
  const { migrations_executed: executed, migrations_successful: successful } = run;
  const moves = executed > 0 ? `, ${successful} of ${executed} migrations completed` : '';
  return [
    `run ${run.run_id}: ${run.status} (${run.mode}, decided ${run.timestamp}${moves})`,
    ...run.notes.map((note) => `  ${printable(note)}`),
    ...run.decisions.map((d) => {
      const stages = since(d.decision_id);
      const what = stages.length > 0 ? tellSince(stages, run.timestamp) : printable(withoutAction(d.action, d.reason));
      return `  ${d.action.padEnd(9)} ${d.guest} ${safe(d.name)}: ${what}`;
    }),
    '',
  ].join('\n');
}

const withoutAction = (action: string, reason: string): string =>
  reason.startsWith(`${action}: `) ? reason.slice(action.length + 2) : reason;

import {
  type Answer,
  type Automation,
  type answerGiven,
  type answers,
  type Config,
  type DataOf,
  type decisionAnswered,
  pauseSentence,
  type ValueOf,
} from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import { holdsUntil, rememberAnswer } from './answers.ts';
import type { CurrentRun } from './pipeline.ts';

type Given = DataOf<typeof answerGiven>;
type Answered = DataOf<typeof decisionAnswered>;

/** What an answer does to what waits: it holds for the very move that was decided, in this run or, decided alike, in a later one. */
export function answerOf(
  given: Given,
  waiting: CurrentRun | undefined,
  { config, automation }: { config: Config; automation: Automation },
): Answered {
  const { answer: _, reason: why, ...rest } = given;
  const asked = { ...rest, ...(why ? { motive: why } : {}) };
  const move = waiting?.generated.recommendations.find(
    (r) => r.guest === given.guest && r.source_node === given.source_node && r.target_node === given.target_node,
  );
  const place = waiting?.queue.find(({ recommendation_id }) => recommendation_id === move?.recommendation_id);
  const decision_id = place?.decision_id ?? given.decision_id;
  const said = given.answer === 'approve' ? 'approved' : 'rejected';
  const because = why && `: ${why}`;
  if (said === 'rejected') return { ...asked, decision_id, answer: said, reason: `rejected by ${given.by}${because}` };
  const paused = pauseSentence(automation);
  if (paused !== null) return { ...asked, decision_id, answer: 'not_pending', reason: paused };
  if (!place) return { ...asked, decision_id, answer: 'not_pending', reason: notWaiting(given, config) };
  return { ...asked, decision_id, answer: said, reason: `approved by ${given.by}${because}` };
}

/** An approval that came later than it would have held, or after somebody said otherwise of the guest, approves nothing; a rejection is never too late. */
export function unlessLate(
  answered: Answered,
  given: Given,
  { given_at, now, known, config }: { given_at: number; now: number; known: Answer | undefined; config: Config },
): Answered {
  if (answered.answer !== 'approved') return answered;
  const no = (why: string): Answered => ({
    ...answered,
    answer: 'not_pending',
    reason: `the approval of ${given.by} ${why}`,
  });
  const until = holdsUntil({ ...given, at: iso(given_at) }, config);
  if (now > millis(until)) return no(`of ${iso(given_at)} came too late: it held until ${until}`);
  if (known && millis(known.at) > given_at && known.answer === 'reject')
    return no(`of ${iso(given_at)} is older than what ${known.by} said at ${known.at}: no`);
  return answered;
}

function notWaiting({ guest, source_node, target_node }: Given, { mode }: Config): string {
  const move = `${guest} ${source_node}->${target_node}`;
  return mode === 'approve'
    ? `${move} does not wait for an approval: it has begun, or the last run does not propose it any more`
    : `${move} does not wait for an approval: mode is ${mode}`;
}

/** The answer that was given, out of what became of it; undefined where nothing did. */
export function answerIn({
  answer,
  motive,
  reason: _,
  decision_id: __,
  ...asked
}: Answered): Omit<Given, 'decision_id'> | undefined {
  if (answer === 'not_pending') return undefined;
  return { ...asked, answer: answer === 'approved' ? 'approve' : 'reject', reason: motive ?? '' };
}

/** What is remembered of it. */
export function takeAnswer(
  known: ValueOf<typeof answers> | undefined,
  { command_id, guest, source_node, target_node, answer, by, reason }: Omit<Given, 'decision_id'>,
  occasion: { now: number; config: Config },
): ValueOf<typeof answers> {
  const at = iso(occasion.now);
  const entry: Answer = { command_id, guest, source_node, target_node, answer, by, reason, at };
  return rememberAnswer(known, entry, occasion);
}

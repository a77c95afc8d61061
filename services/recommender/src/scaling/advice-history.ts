import type { ClusterSample, DataOf, ScalingDecision, ScalingHistory, scalingDecided } from '@evenkeel/contracts';
import { hours, millis } from '@evenkeel/model';

const keptPerGuest = 10;
const forgottenAfter = hours(30 * 24);

/** What was advised about this very guest, and not about another that had its vmid before. */
export const historyOf = (
  history: ScalingHistory | undefined,
  identity: string | undefined,
): ScalingHistory | undefined => (isOther(history?.identity, identity) ? undefined : history);

/** Whether two identities are known, and differ. */
const isOther = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one !== other;

/** Guests that are gone and were last advised on long ago, and those whose vmid another has now. */
export function pastAdvice(sample: ClusterSample, histories: Readonly<Record<string, ScalingHistory>>): string[] {
  const here = new Map<string, string>(sample.guests.map((g) => [g.guest, g.identity]));
  return Object.entries(histories).flatMap(([guest, { identity, decisions }]) => {
    const last = decisions.at(-1)?.created_at;
    const isOld = last === undefined || millis(sample.at) - millis(last) > forgottenAfter;
    return (isOld && !here.has(guest)) || isOther(identity, here.get(guest)) ? [guest] : [];
  });
}

type Given = Pick<DataOf<typeof scalingDecided>, 'identity' | 'decision'>;

/** The last ten, among them the last of each resource: what it advises stands until it is taken back. */
function keptOf(decisions: readonly ScalingDecision[]): ScalingDecision[] {
  const last = new Set(new Map(decisions.map((d, i) => [d.resource_type, i])).values());
  const others = decisions.flatMap((_, i) => (last.has(i) ? [] : [i]));
  const dropped = new Set(others.slice(0, Math.max(0, decisions.length - keptPerGuest)));
  return decisions.filter((_, i) => !dropped.has(i));
}

/** A guest's history with one more decision; ten are kept. */
export function withAdvice(known: ScalingHistory | undefined, { identity, decision }: Given): ScalingHistory {
  const before = historyOf(known, identity)?.decisions ?? [];
  return {
    ...(identity === undefined ? {} : { identity }),
    decisions: keptOf([...before, decision]),
  };
}

/** What was advised about a guest, from what was told; what is known already changes nothing. */
export function rememberAdvice(known: ScalingHistory | undefined, given: Given): ScalingHistory {
  const history = historyOf(known, given.identity);
  const isKnown = history?.decisions.some(({ decision_id }) => decision_id === given.decision.decision_id);
  return history && isKnown ? history : withAdvice(history, given);
}

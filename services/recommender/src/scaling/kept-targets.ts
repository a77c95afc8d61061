import type { Recommendation } from '@evenkeel/contracts';
import { applyMove, millis } from '@evenkeel/model';
import { askedOf, netOf, refresh, startSearch, suits, unitsOf } from '../best-move.ts';
import type { Generated } from '../recommend.ts';
import { hoursOf, type RecommendInput, type Run, startRun } from '../start-run.ts';

/** The node to which a guest that is recommended was last advised to go from where it is, if any. */
type AdvisedOf = (recommendation: Recommendation) => string | undefined;

/**
 * Guests whose recommended target is no better, by what is asked of a move, than the one that was advised last, at its place in the
 * plan: of nodes that are as good, noise chooses another each time.
 */
export function keptTargets(
  input: RecommendInput,
  { recommendations }: Pick<Generated, 'recommendations'>,
  advisedOf: AdvisedOf,
): ReadonlySet<string> {
  const differs = (r: Recommendation): boolean => (advisedOf(r) ?? r.target_node) !== r.target_node;
  const kept = new Set<string>();
  if (!recommendations.some(differs)) return kept;
  const run = startRun(input);
  const { state } = run.planning;
  const led = new Set<string>();
  for (const r of recommendations.toSorted((a, b) => a.rank - b.rank)) {
    const unit = [r, ...recommendations.filter(({ guest }) => r.companions.includes(guest))];
    if (!led.has(r.guest))
      for (const member of unit)
        if (differs(member) && isAsGood(run, member, advisedOf(member)!)) kept.add(member.guest);
    for (const { guest } of unit) led.add(guest);
    applyMove(state, state.guestIndex.get(r.guest)!, state.nodeIndex.get(r.target_node)!);
  }
  return kept;
}

/** Whether a guest, with those that go with it, may as well go to another node than the recommended one. */
function isAsGood(run: Run, { guest, target_node }: Recommendation, other: string): boolean {
  const { planning, input } = run;
  const { guestIndex, nodeIndex, where } = planning.state;
  const [g, now, before] = [guestIndex.get(guest)!, nodeIndex.get(target_node)!, nodeIndex.get(other)];
  const units = unitsOf(planning, (m) => hoursOf(run, m), millis(input.sample.at), [g]);
  const search = startSearch(planning, units);
  const [unit] = units;
  if (!unit || before === undefined || !search.targets.includes(before)) return false;
  refresh(planning, search);
  const [brings, brought] = [netOf(planning, search, 0, now), netOf(planning, search, 0, before)];
  const asked = askedOf(planning, where[g]!, unit.hours);
  return brought >= Math.min(asked, brings) && brings - brought < asked && suits(planning, unit, before);
}

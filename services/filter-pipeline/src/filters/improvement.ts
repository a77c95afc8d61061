import type { Effect, Recommendation } from '@evenkeel/contracts';
import { type Candidate, type Filter, type FilterContext, filtered, passed, type Verdict } from '../filter.ts';
import { effectOn } from '../loads.ts';
import { overload } from '../overload.ts';
import { figure } from '../quote.ts';

/** Penalty points that are nothing but rounding. */
const rounding = 1e-3;

/** The recommendation with what its whole unit does to the two nodes. */
function together({ recommendation, unit = [recommendation] }: Candidate): Recommendation {
  const [first, last] = [unit[0]!.effect, unit.at(-1)!.effect];
  const { source_before, target_before } = first;
  const { source_after, target_after } = last;
  return { ...recommendation, effect: { source_before, source_after, target_before, target_after } };
}

/** A companion that has gone to the target already: what they bring together was judged then. */
const leaderOf = ({ recommendation }: Candidate, { placements }: FilterContext): string | undefined =>
  recommendation.companions.find((companion) => placements[companion] === recommendation.target_node);

/** Halves of an exchange are judged as one: all nodes together are better off, none as badly as the worst was, and each has room. */
function exchange(candidate: Candidate, context: FilterContext): Verdict {
  const { recommendation, unit = [] } = candidate;
  const trouble = overload(candidate, context);
  if (trouble) return filtered(trouble);
  const partner = recommendation.exchange!.with;
  if (context.placements[partner.guest] === partner.target_node && recommendation.exchange!.step > 1)
    return passed(`follows ${partner.guest}, which has gone to ${partner.target_node}`);
  if (unit.length < 2) return filtered(`its exchange with ${partner.guest} is not whole`);
  const [before, after] = [new Map<string, number>(), new Map<string, number>()];
  for (const { source_node, target_node, effect } of unit) {
    if (!before.has(source_node)) before.set(source_node, effect.source_before.penalty);
    if (!before.has(target_node)) before.set(target_node, effect.target_before.penalty);
    after.set(source_node, effect.source_after.penalty).set(target_node, effect.target_after.penalty);
  }
  const all = (points: Map<string, number>) => [...points.values()].reduce((sum, p) => sum + p, 0);
  const worst = (points: Map<string, number>) => Math.max(...points.values());
  const said = `with ${partner.guest}: ${[...before].map(([n, p]) => `${n} from ${figure(p)} to ${figure(after.get(n)!)}`).join(', ')} points`;
  return all(after) < all(before) && worst(after) < worst(before) ? passed(said) : filtered(`not better ${said}`);
}

/** A move that evens out numbers need not bring anything, but neither node may be worse off for it than the worse one was. */
function harmless(
  candidate: Candidate,
  context: FilterContext,
  effect: Effect,
  source: string,
  target: string,
): Verdict {
  const { source_before, source_after, target_before, target_after } = effect;
  const trouble = overload(candidate, context);
  if (trouble) return filtered(trouble);
  const [before, after] = [source_before.penalty + target_before.penalty, source_after.penalty + target_after.penalty];
  return after > before + rounding
    ? filtered(`evens out numbers, but makes load worse: ${source}, ${target}`)
    : passed(`evens out numbers without harm: ${source}, ${target}`);
}

/** After the move the source is better, the target within its limits, and neither worse than the source was; companions are judged together. */
export const improvement: Filter = (candidate, context) => {
  const leader = leaderOf(candidate, context);
  const crowded = leader && overload(candidate, context);
  if (leader)
    return crowded ? filtered(crowded) : passed(`follows ${leader} to ${candidate.recommendation.target_node}`);
  if (candidate.recommendation.exchange) return exchange(candidate, context);
  const recommendation = together(candidate);
  const effect = effectOn(context.loads, recommendation, context.config.penalty_config);
  const before = effect.source_before.penalty;
  const points = (from: number, to: number) => `${figure(from)} to ${figure(to)} points`;
  const source = `${recommendation.source_node} from ${points(before, effect.source_after.penalty)}`;
  const target = `${recommendation.target_node} from ${points(effect.target_before.penalty, effect.target_after.penalty)}`;
  if (candidate.recommendation.purpose === 'distribution') return harmless(candidate, context, effect, source, target);
  if (!(effect.source_after.penalty < before)) return filtered(`source not better: ${source}`);
  const trouble = overload({ ...candidate, recommendation }, context);
  if (trouble) return filtered(trouble);
  if (!(effect.target_after.penalty < before))
    return filtered(`target would be worse than the source was: ${target}, ${source}`);
  return passed(`${source}, ${target}`);
};

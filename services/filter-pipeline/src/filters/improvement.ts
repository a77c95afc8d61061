import { type Filter, filtered, passed } from '../filter.ts';
import { effectOn } from '../loads.ts';
import { overload } from '../overload.ts';
import { figure } from '../quote.ts';

/** After the move the source is better, the target within its limits, and neither worse than the source was. */
export const improvement: Filter = (candidate, context) => {
  const { recommendation } = candidate;
  const effect = effectOn(context.loads, recommendation, context.config.penalty_config);
  const before = effect.source_before.penalty;
  const points = (from: number, to: number) => `${figure(from)} to ${figure(to)} points`;
  const source = `${recommendation.source_node} from ${points(before, effect.source_after.penalty)}`;
  const target = `${recommendation.target_node} from ${points(effect.target_before.penalty, effect.target_after.penalty)}`;
  if (!(effect.source_after.penalty < before)) return filtered(`source not better: ${source}`);
  const trouble = overload(candidate, context);
  if (trouble) return filtered(trouble);
  if (!(effect.target_after.penalty < before))
    return filtered(`target would be worse than the source was: ${target}, ${source}`);
  return passed(`${source}, ${target}`);
};

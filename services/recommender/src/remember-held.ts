import type { CalibrationPoint, Config, Counterfactual, HeldPoint, RecommenderMemory } from '@evenkeel/contracts';
import { figures, millis, minutes, weightOfAge } from '@evenkeel/model';
import { pointOf } from './confidence.ts';
import { missOf } from './gain-width.ts';

const mostHeld = 200;
/** What was judged so short a time before a run does not count in it yet: whether it was told before or after the run must not matter. */
const settles = minutes(10);
/** Of the same plan and the same nodes many are held back together: each says less than a move that was made. */
const heldWeight = 0.5;

/** Takes up the judgement of a move that was held back; a later horizon replaces an earlier one, the oldest are forgotten. */
export function rememberHeld(memory: RecommenderMemory, counterfactual: Counterfactual): RecommenderMemory {
  const { counterfactual_id: id, judged_at, expected_gain, verdict, would_have_gained } = counterfactual;
  const at = Math.floor(millis(judged_at) / 1000);
  const known = memory.held ?? [];
  if (known.some((m) => m.id === id && m.at > at)) return memory;
  const point: HeldPoint = {
    id,
    at,
    ...pointOf(expected_gain),
    verdict,
    gain: figures(would_have_gained),
    miss: missOf(expected_gain, would_have_gained),
  };
  const held = [...known.filter((m) => m.id !== id), point]
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    .slice(-mostHeld);
  return { ...memory, held };
}

type Judged = Pick<CalibrationPoint, 'raw' | 'usual' | 'verdict' | 'miss'> &
  Partial<Pick<CalibrationPoint, 'guest' | 'identity'>>;

/**
 * All that confidence and the intervals of gains are calibrated by at a time (epoch milliseconds): moves that were made, and where it is asked for those that were
 * not. Each counts half after 14 days, so that a cluster which did badly is tried again though nothing new is learned meanwhile.
 */
export function calibrationPoints(
  { judged, held = [] }: RecommenderMemory,
  now: number,
  { counterfactual_learning_enabled }: Pick<Config['intelligent_migrations'], 'counterfactual_learning_enabled'>,
): (Judged & { weight: number })[] {
  const made = judged.map((m) => ({ ...m, weight: weightOfAge(now - m.at * 1000) }));
  if (!counterfactual_learning_enabled) return made;
  const settled = held.filter((m) => m.at * 1000 <= now - settles);
  return [...made, ...settled.map((m) => ({ ...m, weight: heldWeight * weightOfAge(now - m.at * 1000) }))];
}

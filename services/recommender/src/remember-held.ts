import type { CalibrationPoint, Counterfactual, HeldPoint, RecommenderMemory } from '@evenkeel/contracts';
import { figures, millis, minutes } from '@evenkeel/model';
import { chanceOf } from './confidence.ts';

const mostHeld = 200;
/** What was judged so short a time before a run does not count in it yet: whether it was told before or after the run must not matter. */
const settles = minutes(10);
/** Of the same plan and the same nodes many are held back together: each says less than a move that was made. */
const weight = 0.5;

/** Takes up the judgement of a move that was held back; a later horizon replaces an earlier one, the oldest are forgotten. */
export function rememberHeld(memory: RecommenderMemory, counterfactual: Counterfactual): RecommenderMemory {
  const { counterfactual_id: id, judged_at, expected_gain, verdict, would_have_gained } = counterfactual;
  const at = Math.floor(millis(judged_at) / 1000);
  const known = memory.held ?? [];
  if (known.some((m) => m.id === id && m.at > at)) return memory;
  const point: HeldPoint = {
    id,
    at,
    raw: Math.round(chanceOf(expected_gain) * 1e4) / 1e4,
    verdict,
    gain: figures(would_have_gained),
  };
  const held = [...known.filter((m) => m.id !== id), point]
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    .slice(-mostHeld);
  return { ...memory, held };
}

/**
 * All that confidence is calibrated by at a time (epoch milliseconds): moves that were made, and those that were not as long as none
 * was made. For a filter chose what was held back: it is no fair sample, and confidence that goes on following it moves too little.
 */
export function calibrationPoints(
  { judged, held = [] }: RecommenderMemory,
  now: number,
): (Pick<CalibrationPoint, 'raw' | 'verdict' | 'gain'> & { weight?: number })[] {
  if (judged.length > 0) return [...judged];
  return held.filter((m) => m.at * 1000 <= now - settles).map((m) => ({ ...m, weight }));
}

import type { Behavior } from '@evenkeel/contracts';
import { classify } from '../classify.ts';
import { readHistory } from '../read-history.ts';
import type { Load } from './loads.ts';
import { type Look, measure } from './measure.ts';
import type { Random } from './random.ts';

/** What the profiler says of a load that it was shown so. */
export function behaviorOf(load: Load, look: Look, random: Random): Behavior {
  const { cells, end } = measure(load, look, random);
  return classify(readHistory(cells, end)).behavior;
}

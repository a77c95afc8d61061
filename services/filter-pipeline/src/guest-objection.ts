import { type Hindrance, hindrance } from '@evenkeel/model';
import { rejection } from './answers.ts';
import type { Candidate, FilterContext } from './filter.ts';

/** Why this guest may not be touched now; undefined where nothing stands against it. */
export function guestObjection({ recommendation, guest }: Candidate, context: FilterContext): Hindrance | undefined {
  const { source_node } = recommendation;
  const rejected = rejection(recommendation.guest, context);
  if (rejected) return { passes: true, reason: rejected };
  if (guest && guest.node !== source_node)
    return { passes: false, reason: `it runs on ${guest.node}, not ${source_node}` };
  return hindrance(recommendation.guest, context.rules) ?? undefined;
}

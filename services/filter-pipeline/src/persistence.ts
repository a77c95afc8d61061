import type { Config, TrackedRecommendation } from '@evenkeel/contracts';
import { byText, hours, millis } from '@evenkeel/model';
import { baseLoads } from './base-loads.ts';
import { type Filter, type Generated, observing, passed, type Tracking } from './filter.ts';
import { applyShift, shiftOfRecommendation } from './loads.ts';
import { isSameGuest } from './moves.ts';
import { figure } from './quote.ts';
import { sameOrBetter } from './same-or-better.ts';

const mostSeen = 10;

/**
 * What this run has seen, added to what the runs before it saw: same guest, same source, same or better target goes on counting,
 * anything else starts at one, and what this run did not see is forgotten. A run counts once, however often it is told.
 */
export function trackRecommendations(known: Tracking | undefined, generated: Generated, config: Config): Tracking {
  if (known?.last_run_id === generated.run_id) return known;
  const tracked: Record<string, TrackedRecommendation> = {};
  const identities = new Map(generated.guests.map(({ guest, identity }) => [guest, identity]));
  let loads = baseLoads(generated);
  const inOrder = [...generated.recommendations].sort((a, b) => a.rank - b.rank || byText(a.guest, b.guest));
  for (const recommendation of inOrder) {
    const { guest, source_node, target_node, score_improvement, confidence_score } = recommendation;
    if (tracked[guest]) continue;
    const identity = identities.get(guest);
    const before = isSameGuest(known?.tracked[guest], identity) ? known?.tracked[guest] : undefined;
    const run = { sample: generated.sample, loads, config };
    const goesOn =
      before !== undefined &&
      before.source_node === source_node &&
      sameOrBetter(recommendation, before.target_node, run);
    loads = applyShift(loads, shiftOfRecommendation(recommendation));
    tracked[guest] = {
      source_node,
      target_node,
      ...(identity !== undefined && { identity }),
      score_improvement,
      confidence_score,
      first_seen: goesOn ? before.first_seen : generated.at,
      seen: [...(goesOn ? before.seen : []), generated.at].slice(-mostSeen),
      status: 'observing',
    };
  }
  return {
    tracking_since: known?.tracking_since ?? generated.at,
    last_run_id: generated.run_id,
    last_run_at: generated.at,
    tracked,
  };
}

/** Only what several consecutive runs recommend is more than a spike. */
export const persistence: Filter = ({ recommendation }, { tracking, now, config }) => {
  const { observation_periods, observation_window_hours, minimum_data_collection_hours } =
    config.intelligent_migrations;
  const watched = (now - millis(tracking.tracking_since)) / hours(1);
  if (watched < minimum_data_collection_hours)
    return observing(`${figure(watched)}/${figure(minimum_data_collection_hours)} hours of data collection`);
  const seen = tracking.tracked[recommendation.guest]?.seen ?? [];
  const counted = seen.filter((at) => now - millis(at) <= hours(observation_window_hours)).length;
  const said = `${counted}/${observation_periods} periods`;
  return counted >= observation_periods ? passed(`seen ${said}`) : observing(said);
};

/** The tracking with the status that the filter sees. */
export function markReady(tracking: Tracking, periods: number, windowHours: number): Tracking {
  const now = millis(tracking.last_run_at);
  const marked = Object.entries(tracking.tracked).map(([guest, entry]) => {
    const counted = entry.seen.filter((at) => now - millis(at) <= hours(windowHours)).length;
    return [guest, { ...entry, status: counted >= periods ? 'ready' : 'observing' }] as const;
  });
  return { ...tracking, tracked: Object.fromEntries(marked) };
}

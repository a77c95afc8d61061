import type { Config, TrackedRecommendation } from '@evenkeel/contracts';
import { byText, hours, millis, minutes } from '@evenkeel/model';
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

/** Observations that still count: half an interval more than the window, for runs are never early and each a little late. */
function countSeen(seen: readonly string[], now: number, config: Config): number {
  const { observation_window_hours } = config.intelligent_migrations;
  const longest = hours(observation_window_hours) + minutes(config.automated_migrations.check_interval_minutes) / 2;
  return seen.filter((at) => now - millis(at) <= longest).length;
}

/** Only what several consecutive runs recommend is more than a spike. */
export const persistence: Filter = ({ recommendation }, { tracking, now, config }) => {
  const { observation_periods, minimum_data_collection_hours } = config.intelligent_migrations;
  const watched = (now - millis(tracking.tracking_since)) / hours(1);
  if (watched < minimum_data_collection_hours)
    return observing(`${figure(watched)}/${figure(minimum_data_collection_hours)} hours of data collection`);
  const counted = countSeen(tracking.tracked[recommendation.guest]?.seen ?? [], now, config);
  const said = `${counted}/${observation_periods} periods`;
  return counted >= observation_periods ? passed(`seen ${said}`) : observing(said);
};

/** The tracking with the status that the filter sees. */
export function markReady(tracking: Tracking, config: Config): Tracking {
  const now = millis(tracking.last_run_at);
  const marked = Object.entries(tracking.tracked).map(([guest, entry]) => {
    const isReady = countSeen(entry.seen, now, config) >= config.intelligent_migrations.observation_periods;
    return [guest, { ...entry, status: isReady ? 'ready' : 'observing' }] as const;
  });
  return { ...tracking, tracked: Object.fromEntries(marked) };
}

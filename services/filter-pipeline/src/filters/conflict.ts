import { type Filter, filtered, passed } from '../filter.ts';
import { overload } from '../overload.ts';

/** One move per guest at a time, and no target that the moves of a run overload together. */
export const conflict: Filter = (candidate, context) => {
  const { recommendation } = candidate;
  const { guest } = recommendation;
  const accepted = context.accepted.get(guest);
  if (accepted) return filtered(`conflict: this run already moves it to ${accepted}`);
  const own = context.in_flight.find((approval) => approval.guest === guest);
  if (own)
    return filtered(`conflict: already in flight ${own.source_node}->${own.target_node} since ${own.approved_at}`);
  const running = context.run.sample.running_migrations.find((migration) => migration.guest === guest);
  if (running) return filtered(`conflict: already migrating from ${running.source}`);
  if (recommendation.has_conflict)
    return filtered(`conflict: ${recommendation.conflict_reason ?? 'flagged by the run'}`);
  const trouble = overload(candidate, context);
  return trouble ? filtered(`conflict: ${trouble}`) : passed('no other move of the guest, and the target carries it');
};

import type { NodeScore } from '@evenkeel/contracts';
import { leastDailySpread, localTime } from '@evenkeel/model';
import { type Candidate, deferred, type Filter, type FilterContext, passed } from '../filter.ts';
import { percent } from '../quote.ts';

/** Days of history and points of spread below which a peak counts as not learned. */
const leastDays = 3;

/** Nobody moves house in the rush hour: not in the learned peak of source or target, nor in that of a cyclical guest itself. */
export const pattern: Filter = (candidate, context) => {
  const { source_node, target_node } = candidate.recommendation;
  const peak = nodePeak(context.scores.get(source_node)) ?? nodePeak(context.scores.get(target_node));
  if (peak) return deferred(peak);
  const own = guestPeak(candidate, context);
  return own ? deferred(own) : passed('no learned peak of source, target or guest');
};

function nodePeak(score: NodeScore | undefined): string | undefined {
  const pattern = score?.pattern;
  if (!pattern?.in_peak || pattern.days < leastDays || pattern.spread < leastDailySpread) return undefined;
  const hours = pattern.peak_hours.join(', ');
  return `${score?.node} is in its daily peak (hours ${hours}; ${percent(pattern.spread)} spread over ${pattern.days} days)`;
}

function guestPeak({ profile }: Candidate, { now, timezone }: FilterContext): string | undefined {
  const local = localTime(now, timezone);
  if (profile?.behavior !== 'cyclical' || !profile.hourly_cpu || !local) return undefined;
  const hour = Math.floor(local.minute / 60);
  const usual = profile.hourly_cpu[hour] ?? 0;
  const low = Math.min(...profile.hourly_cpu);
  const high = Math.max(...profile.hourly_cpu);
  if (high - low < leastDailySpread || usual < low + 0.75 * (high - low)) return undefined;
  return `guest is in its own daily peak: ${percent(usual)} at ${hour}:00, between ${percent(low)} and ${percent(high)} over the day`;
}

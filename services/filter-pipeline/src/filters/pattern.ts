import { days, type GuestProfile, type NodeScore, type WeeklyPeak } from '@evenkeel/contracts';
import { countWeekHours, isWeekHour, type LocalTime, leastDailySpread, localTime } from '@evenkeel/model';
import { type Candidate, deferred, type Filter, type FilterContext, passed } from '../filter.ts';
import { effectOn } from '../loads.ts';
import { percent } from '../quote.ts';

/** Days of history and points of spread below which a peak counts as not learned. */
const leastDays = 3;

/**
 * Nobody moves house in the rush hour: not in the learned peak of source or target, nor in that of a cyclical guest itself; except
 * from a node that is above its safety cap, for there waiting does more harm than moving.
 */
export const pattern: Filter = (candidate, context) => {
  const { source_node, target_node } = candidate.recommendation;
  const { scores } = context;
  const peak = nodePeak(scores.get(source_node)) ?? nodePeak(scores.get(target_node)) ?? guestPeak(candidate, context);
  if (!peak) return passed('no learned peak of source, target or guest');
  const distress = overCap(candidate, context);
  return distress ? passed(`${distress}: it does not wait, though ${peak}`) : deferred(peak);
};

/** What of the source is above the safety cap now or as predicted, whichever is more; undefined where nothing is. */
function overCap({ recommendation }: Candidate, context: FilterContext): string | undefined {
  const { source_node } = recommendation;
  const { max_node_cpu_percent, max_node_memory_percent } = context.config.automated_migrations.safety_checks;
  const predicted = effectOn(context.loads, recommendation, context.config.penalty_config).source_before;
  const node = context.rules.nodes.get(source_node);
  const over = [
    { what: 'CPU', now: node?.cpu ?? 0, predicted: predicted.cpu, cap: max_node_cpu_percent / 100 },
    {
      what: 'memory',
      now: node ? node.mem / node.maxmem : 0,
      predicted: predicted.mem,
      cap: max_node_memory_percent / 100,
    },
  ].find((load) => Math.max(load.now, load.predicted) > load.cap);
  if (!over) return undefined;
  return `${source_node} is at ${percent(Math.max(over.now, over.predicted))} ${over.what}, above ${percent(over.cap)}`;
}

function nodePeak(score: NodeScore | undefined): string | undefined {
  const pattern = score?.pattern;
  if (!pattern?.in_peak || pattern.days < leastDays || pattern.spread < leastDailySpread) return undefined;
  const { weekday, peak_hours, spread, days: seen, expected } = pattern;
  const day = weekday === undefined ? undefined : days[weekday];
  const hours = `${day ? `${day}, ` : ''}hours ${peak_hours.join(', ')}`;
  if (expected)
    return `${score?.node} is in the peak of guests that have come to it (hours ${peak_hours.join(', ')}; ${percent(spread)} spread by their rhythms)`;
  return `${score?.node} is in its ${day ? 'weekly' : 'daily'} peak (${hours}; ${percent(spread)} spread over ${seen} days)`;
}

function guestPeak({ profile }: Candidate, { now, timezone }: FilterContext): string | undefined {
  const local = localTime(now, timezone);
  if (profile?.behavior !== 'cyclical' || !local) return undefined;
  return profile.weekly_peak ? guestWeek(profile.weekly_peak, local) : guestDay(profile, local);
}

/** A guest whose week is known is held back in the peak of its week only: another day at the same hour is its time. */
function guestWeek({ hours, cpu, otherwise }: WeeklyPeak, { weekday, minute }: LocalTime): string | undefined {
  const hour = Math.floor(minute / 60);
  if (cpu - otherwise < leastDailySpread || !isWeekHour(hours, 24 * weekday + hour)) return undefined;
  return `guest is in its own weekly peak: ${days[weekday]}, ${hour}:00 is one of ${countWeekHours(hours)} hours of the week at ${percent(cpu)}, against ${percent(otherwise)} otherwise`;
}

function guestDay(profile: GuestProfile, local: LocalTime): string | undefined {
  if (!profile.hourly_cpu) return undefined;
  const hour = Math.floor(local.minute / 60);
  const usual = profile.hourly_cpu[hour] ?? 0;
  const low = Math.min(...profile.hourly_cpu);
  const high = Math.max(...profile.hourly_cpu);
  if (high - low < leastDailySpread || usual < low + 0.75 * (high - low)) return undefined;
  return `guest is in its own daily peak: ${percent(usual)} at ${hour}:00, between ${percent(low)} and ${percent(high)} over the day`;
}

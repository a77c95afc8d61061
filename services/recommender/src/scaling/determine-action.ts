import type { Recommendation, ResourceType } from '@evenkeel/contracts';
import type { Usage } from './usage-of.ts';

/** What to do about a resource, before it is written down as a decision. */
export type Determined = {
  action: 'migrate' | 'scale_up' | 'scale_down' | 'no_action';
  current: number;
  target: number;
  move?: Recommendation;
};

/** What the recommender's own analysis of the run found for the guest: its move, or why there is none. */
export type Found = { move?: Recommendation | undefined; staying?: string | undefined };

const hot = { average: 0.7, current: 0.75, accuracy: 0.8 };
const tight = { peak: 0.8, factor: 1.2, most: 1 };
const idle = { average: 0.3, peak: 0.45, factor: 1.3, least: 0.1 };

const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`;
const names: Record<ResourceType, string> = {
  cpu: 'CPU',
  memory: 'memory',
  storage: 'storage',
  network: 'network',
  vm_count: 'number of guests',
};

/** A move after which the guest's node is less busy than the one that it leaves was, and which lowers the penalty. */
const isBetterOff = ({ effect, score_improvement, has_conflict }: Recommendation): boolean =>
  !has_conflict && score_improvement > 0 && effect.target_after.cpu < effect.source_before.cpu;

/** Whether a guest uses so much, lastingly and foreseeably, that another node is considered before more vCPUs. */
const asksForMove = (resource: ResourceType, usage: Usage): boolean =>
  resource === 'cpu' &&
  usage.average > hot.average &&
  usage.current > hot.current &&
  (usage.forecast_accuracy === undefined || usage.forecast_accuracy > hot.accuracy);

function scale({ current, average, peak, with_cache }: Usage): Determined {
  if (peak > tight.peak && !with_cache)
    return { action: 'scale_up', current, target: Math.min(tight.most, peak * tight.factor) };
  if (average < idle.average && peak < idle.peak)
    return { action: 'scale_down', current, target: Math.max(idle.least, average * idle.factor, current) };
  return { action: 'no_action', current, target: current };
}

/**
 * Another node before more or fewer vCPUs: a lastingly busy guest migrates where the recommender found a node at which it is
 * better off; else its peak and mean decide about its size. Of a migration the values are CPU of the source node, before and after.
 */
export function determineAction(resource: ResourceType, usage: Usage, { move }: Found = {}): Determined {
  if (!move || !asksForMove(resource, usage) || !isBetterOff(move)) return scale(usage);
  const { current_utilization, expected_utilization } = move.migration_plan.expected_utilization_improvement;
  return { action: 'migrate', current: current_utilization, target: expected_utilization, move };
}

/** Why that is to be done, in one sentence that quotes its numbers. */
export function reasonFor(resource: ResourceType, usage: Usage, { staying }: Found, done: Determined): string {
  const { current, average, peak } = usage;
  if (done.move) return migrationReason(usage, done.move);
  const figures = `${names[resource]} ${percent(current)} now, ${percent(average)} in the mean, ${percent(peak)} at its peak`;
  const stays = asksForMove(resource, usage) ? `; no other node is better for it${staying ? ` (${staying})` : ''}` : '';
  if (done.action === 'scale_up') return `${figures}: its peak is above ${percent(tight.peak)}${stays}`;
  if (done.action === 'scale_down')
    return `${figures}: its mean is below ${percent(idle.average)} and its peak below ${percent(idle.peak)}`;
  const cache = usage.with_cache && peak > tight.peak ? ': cache counts as used, so that this asks for nothing' : '';
  return `${figures}${cache}${stays}`;
}

function migrationReason({ current, average }: Usage, move: Recommendation): string {
  const { source_before, source_after, target_after } = move.effect;
  return (
    `CPU ${percent(current)} now and ${percent(average)} in the mean: on ${move.target_node} it runs at ` +
    `${percent(target_after.cpu)} of the node instead of ${percent(source_before.cpu)} on ${move.source_node}, which falls to ` +
    `${percent(source_after.cpu)}; ${move.score_improvement.toFixed(1)} penalty points less`
  );
}

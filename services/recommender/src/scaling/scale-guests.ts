import type {
  ClusterSample,
  Config,
  DataOf,
  GuestProfile,
  GuestSample,
  ResourceType,
  ScalingAmount,
  ScalingDecision,
  ScalingHistory,
  scalingDecided,
} from '@evenkeel/contracts';
import { hours, millis } from '@evenkeel/model';
import type { Generated } from '../recommend.ts';
import type { RecommendInput } from '../start-run.ts';
import { historyOf, pastAdvice, withAdvice } from './advice-history.ts';
import { decideScaling, type Outline, outlineScaling, type ScalingCase } from './decide-scaling.ts';
import { keptTargets } from './kept-targets.ts';
import { roomIn } from './room-for.ts';
import { leastHours, type Usage, type Usages, usagesOf } from './usage-of.ts';

export type ScalingInput = {
  sample: ClusterSample;
  profiles: readonly GuestProfile[];
  config: Config;
  generated: Pick<Generated, 'run_id' | 'recommendations' | 'not_recommended'>;
};

type Told = DataOf<typeof scalingDecided>;

/** An advice stands so long at least before another replaces it, except by a migration; and is told again only after a day, where its figure has moved by a tenth. That for another size of the guest stands no more. */
const standsFor = hours(1);
const saidAgainAfter = hours(24);
const newFigure = 0.1;

/** Cases of the guests of a run; what is looked up for each is looked up once. */
function openCases({ sample, profiles, config, generated }: ScalingInput) {
  const known = new Map(profiles.map((p) => [p.guest, p]));
  const moves = new Map(generated.recommendations.map((r) => [r.guest, r]));
  const reasons = new Map(generated.not_recommended.map((n) => [n.guest, n.reason]));
  const room = roomIn(sample, config);
  const timezone = config.clusters.find(({ name }) => name === sample.cluster)?.timezone ?? 'UTC';
  return (guest: GuestSample, usages = usagesOf(guest, known.get(guest.guest))): ScalingCase[] =>
    (Object.entries(usages) as [ResourceType, Usage][]).map(([resource, usage]) => ({
      run_id: generated.run_id,
      at: sample.at,
      timezone,
      guest,
      profile: known.get(guest.guest),
      resource,
      usage,
      found: { move: moves.get(guest.guest), staying: reasons.get(guest.guest) },
      room: () => room(guest),
    }));
}

/** The decision about each resource of a guest that something is known of, or that the caller gives figures for. */
export const scaleGuest = (input: ScalingInput, guest: GuestSample, usages?: Usages): ScalingDecision[] =>
  openCases(input)(guest, usages).map((given) => decideScaling(given));

/** Whether somebody can act on it: a move, or a size that differs from what there is after at least a day. */
function isAdvice({ profile }: ScalingCase, { done, amount }: Outline): boolean {
  if (done.action === 'migrate') return true;
  return amount !== undefined && amount.advised !== amount.now && (profile?.window_hours ?? 0) >= leastHours;
}

/** What a guest has of that of which a size was advised. */
const sizeNow = ({ guest }: ScalingCase, { unit }: ScalingAmount): number =>
  unit === 'vcpus' ? guest.maxcpu : guest.maxmem;

/** Whether a decision says something that the last one told of the same resource did not; a target that is `kept` stands for the one that was told. */
function isNews(given: ScalingCase, outline: Outline, last: ScalingDecision | undefined, kept: boolean): boolean {
  const { done } = outline;
  const action = isAdvice(given, outline) ? done.action : 'no_action';
  if (!last) return action !== 'no_action';
  if (action !== 'no_action' && last.amount && last.amount.now !== sizeNow(given, last.amount)) return true;
  const age = millis(given.at) - millis(last.created_at);
  const isOther = done.move?.target_node !== last.target_node_id && !kept;
  if (action !== last.scaling_action || isOther) return action === 'migrate' || age >= standsFor;
  const moved = Math.abs(done.target - last.target_value) >= newFigure;
  return action !== 'no_action' && age >= saidAgainAfter && moved;
}

/** What is told: where nobody can act on a decision, that nothing is to be done. */
function tell(given: ScalingCase, outline: Outline, cluster: string): Told {
  const { guest, name, identity, node } = given.guest;
  const full = decideScaling(given, outline);
  const nothing = { scaling_action: 'no_action', target_value: full.current_value } as const;
  return { cluster, guest, name, identity, node, decision: isAdvice(given, outline) ? full : { ...full, ...nothing } };
}

/** What a run has to tell about the size and place of guests, the most urgent first, with the histories that this changes; null removes one. */
export function scaleGuests(
  input: ScalingInput & RecommendInput,
  histories: Readonly<Record<string, ScalingHistory>>,
): { told: Told[]; changed: Map<string, ScalingHistory | null> } {
  const { sample, config } = input;
  const casesOf = openCases(input);
  const adviceOf = ({ guest, identity }: Pick<GuestSample, 'guest' | 'identity'>): ScalingDecision[] =>
    historyOf(histories[guest], identity)?.decisions ?? [];
  const kept = keptTargets(input, input.generated, ({ guest, source_node }) => {
    const there = sample.guests.find((g) => g.guest === guest);
    const last = there && adviceOf(there).findLast(({ resource_type }) => resource_type === 'cpu');
    return last?.migration_plan?.source_node_id === source_node ? last.target_node_id : undefined;
  });
  const told = sample.guests
    .filter((g) => g.status === 'running' && !g.template)
    .flatMap((guest) => {
      const before = adviceOf(guest);
      return casesOf(guest).flatMap((given) => {
        const outline = outlineScaling(given);
        const last = before.findLast((d) => d.resource_type === given.resource);
        return isNews(given, outline, last, kept.has(guest.guest)) ? [{ given, outline }] : [];
      });
    })
    .sort((a, b) => b.outline.urgency - a.outline.urgency || byGuest(a.given, b.given))
    .slice(0, config.scaling_advice.max_per_run)
    .map(({ given, outline }) => tell(given, outline, sample.cluster));
  return { told, changed: changesOf(sample, told, histories) };
}

const byGuest = (a: ScalingCase, b: ScalingCase): number =>
  a.guest.vmid - b.guest.vmid || (a.resource < b.resource ? -1 : 1);

function changesOf(
  sample: ClusterSample,
  told: readonly Told[],
  histories: Readonly<Record<string, ScalingHistory>>,
): Map<string, ScalingHistory | null> {
  const changed = new Map<string, ScalingHistory | null>();
  for (const guest of pastAdvice(sample, histories)) changed.set(guest, null);
  for (const advice of told) {
    changed.set(advice.guest, withAdvice(changed.get(advice.guest) ?? histories[advice.guest], advice));
  }
  return changed;
}

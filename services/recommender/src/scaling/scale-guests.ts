import type {
  ClusterSample,
  Config,
  DataOf,
  GuestProfile,
  GuestSample,
  ResourceType,
  ScalingDecision,
  ScalingHistory,
  scalingDecided,
} from '@evenkeel/contracts';
import { hours, millis } from '@evenkeel/model';
import type { Generated } from '../recommend.ts';
import { decideScaling } from './decide-scaling.ts';
import { leastHours, type Usage, usagesOf } from './usage-of.ts';

export type ScalingInput = {
  sample: ClusterSample;
  profiles: readonly GuestProfile[];
  config: Config;
  generated: Pick<Generated, 'run_id' | 'recommendations' | 'not_recommended'>;
};

type Told = DataOf<typeof scalingDecided>;

const keptPerGuest = 10;
/** An advice stands so long at least before another replaces it, except by a migration; and is told again only after a day, where its figure has moved by a tenth. */
const standsFor = hours(1);
const saidAgainAfter = hours(24);
const newFigure = 0.1;
const forgottenAfter = hours(30 * 24);

/** The decision about each resource of a guest that something is known of. */
export function scaleGuest(
  input: ScalingInput,
  guest: GuestSample,
  profile: GuestProfile | undefined,
  usages = usagesOf(guest, profile),
): ScalingDecision[] {
  const { sample, config, generated } = input;
  const move = generated.recommendations.find((r) => r.guest === guest.guest);
  const staying = generated.not_recommended.find((n) => n.guest === guest.guest)?.reason;
  const timezone = config.clusters.find(({ name }) => name === sample.cluster)?.timezone ?? 'UTC';
  return (Object.entries(usages) as [ResourceType, Usage][]).map(([resource, usage]) =>
    decideScaling({
      run_id: generated.run_id,
      at: sample.at,
      timezone,
      guest,
      profile,
      resource,
      usage,
      found: { move, staying },
    }),
  );
}

/** Whether somebody can act on it: a move, or a size that differs from what there is after at least a day. */
function isAdvice({ scaling_action, amount }: ScalingDecision, profile: GuestProfile | undefined): boolean {
  if (scaling_action === 'migrate') return true;
  return amount !== undefined && amount.advised !== amount.now && (profile?.window_hours ?? 0) >= leastHours;
}

/** What is told of it: where nobody can act on a decision, that nothing is to be done. */
const tellable = (decision: ScalingDecision, profile: GuestProfile | undefined): ScalingDecision =>
  isAdvice(decision, profile)
    ? decision
    : { ...decision, scaling_action: 'no_action', target_value: decision.current_value };

/** Whether a decision says something that the last one told of the same resource did not. */
function isNews(now: ScalingDecision, last: ScalingDecision | undefined): boolean {
  if (!last) return now.scaling_action !== 'no_action';
  const age = millis(now.created_at) - millis(last.created_at);
  if (now.scaling_action !== last.scaling_action || now.target_node_id !== last.target_node_id)
    return now.scaling_action === 'migrate' || age >= standsFor;
  const moved = Math.abs(now.target_value - last.target_value) >= newFigure;
  return now.scaling_action !== 'no_action' && age >= saidAgainAfter && moved;
}

/** What a run has to tell about the size and place of guests, the most urgent first, with the histories that this changes; null removes one. */
export function scaleGuests(
  input: ScalingInput,
  histories: Readonly<Record<string, ScalingHistory>>,
): { told: Told[]; changed: Map<string, ScalingHistory | null> } {
  const { sample, config } = input;
  const profiles = new Map(input.profiles.map((p) => [p.guest, p]));
  const running = sample.guests.filter((g) => g.status === 'running' && !g.template);
  const news = running.flatMap((guest) => {
    const profile = profiles.get(guest.guest);
    const before = histories[guest.guest]?.decisions ?? [];
    const { cluster } = sample;
    return scaleGuest(input, guest, profile)
      .map((decision) => tellable(decision, profile))
      .filter((d) =>
        isNews(
          d,
          before.findLast((last) => last.resource_type === d.resource_type),
        ),
      )
      .map((decision): Told => ({ cluster, guest: guest.guest, name: guest.name, node: guest.node, decision }));
  });
  const told = news
    .sort((a, b) => b.decision.urgency_score - a.decision.urgency_score || (idOf(a) < idOf(b) ? -1 : 1))
    .slice(0, config.scaling_advice.max_per_run);
  return { told, changed: changesOf(sample, told, histories) };
}

const idOf = ({ decision }: Told): string => decision.decision_id;

function changesOf(
  sample: ClusterSample,
  told: readonly Told[],
  histories: Readonly<Record<string, ScalingHistory>>,
): Map<string, ScalingHistory | null> {
  const changed = new Map<string, ScalingHistory | null>();
  for (const { guest, decision } of told) {
    const before = (changed.get(guest) ?? histories[guest])?.decisions ?? [];
    changed.set(guest, { decisions: [...before, decision].slice(-keptPerGuest) });
  }
  const here = new Set<string>(sample.guests.map((g) => g.guest));
  for (const [guest, { decisions }] of Object.entries(histories)) {
    const last = decisions.at(-1)?.created_at;
    const old = last === undefined || millis(sample.at) - millis(last) > forgottenAfter;
    if (old && !here.has(guest)) changed.set(guest, null);
  }
  return changed;
}

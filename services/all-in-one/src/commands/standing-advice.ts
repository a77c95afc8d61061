import type { ClusterSample, DataOf, GuestSample, scalingDecided } from '@evenkeel/contracts';

export type Advice = DataOf<typeof scalingDecided>;

/** What is advised now, the most urgent first: what was told last of each guest, where it was neither done nor said of another that had its vmid, or of another size of it. */
export function standingAdvice(told: readonly Advice[], sample: ClusterSample | undefined): Advice[] {
  const last = new Map(told.map((advice) => [`${advice.guest} ${advice.decision.resource_type}`, advice]));
  const here = sample && new Map(sample.guests.map((g) => [g.guest, g]));
  return [...last.values()]
    .filter(({ decision }) => decision.scaling_action !== 'no_action')
    .filter((advice) => !here || stands(advice, here.get(advice.guest)))
    .map((advice) => ({ ...advice, node: here?.get(advice.guest)?.node ?? advice.node }))
    .sort((a, b) => b.decision.urgency_score - a.decision.urgency_score || (a.guest < b.guest ? -1 : 1));
}

const stands = ({ identity, decision }: Advice, now: GuestSample | undefined): boolean =>
  now !== undefined &&
  (identity ?? now.identity) === now.identity &&
  now.node !== decision.target_node_id &&
  hasSize(now, decision.amount);

/** Whether a guest still has what it had when a size was advised; one whose size is not known may. */
function hasSize({ maxcpu, maxmem }: GuestSample, amount: Advice['decision']['amount']): boolean {
  const size = amount?.unit === 'vcpus' ? maxcpu : maxmem;
  return amount === undefined || size === 0 || size === amount.now;
}

import type { GuestSample, NodeSample } from '@evenkeel/contracts';
import type { Candidate, FilterContext } from './filter.ts';
import { applyShift, shiftOfRecommendation } from './loads.ts';
import { overload } from './overload.ts';
import { gib, percent } from './quote.ts';

/** Why this target cannot take the guest; undefined where nothing stands against it. */
export function targetObjection(candidate: Candidate, context: FilterContext): string | undefined {
  const { target_node } = candidate.recommendation;
  const target = context.nodes.get(target_node);
  if (!target) return `nothing is known of node ${target_node}`;
  if (target.status !== 'online') return `${target_node} is ${target.status}`;
  if (target.maintenance) return `${target_node} is in maintenance`;
  if (context.config.nodes[target_node]?.ignore) return `${target_node} is set to be ignored`;
  return (
    overload(candidate, context) ??
    assignedMemory(candidate, context, target) ??
    (candidate.guest && storageSpace(candidate.guest, context, target)) ??
    survival(candidate, context)
  );
}

function assignedMemory({ recommendation }: Candidate, context: FilterContext, target: NodeSample): string | undefined {
  const cap = context.config.automated_migrations.safety_checks.max_memory_assigned_percent / 100;
  const assigned = context.assigned?.get(target.node) ?? (context.assigned ? 0 : undefined);
  if (assigned === undefined) return undefined;
  const after = (assigned + recommendation.guest_load.assigned_bytes) / target.maxmem;
  return after <= cap
    ? undefined
    : `${target.node} would have ${percent(after)} of its memory assigned, at most ${percent(cap)}`;
}

/** Shared storages must be there; where disks travel along, one must have room for them. */
function storageSpace(guest: GuestSample, context: FilterContext, target: NodeSample): string | undefined {
  if (!guest.constraints) return undefined;
  const reserve = context.config.automated_migrations.safety_checks.min_storage_free_percent / 100;
  const there = guest.constraints.storages.map((name) => ({
    name,
    at: target.storages.find((s) => s.storage === name),
  }));
  const missing = there.find(({ at }) => !at?.active);
  if (missing) return `storage ${missing.name} is not active on ${target.node}`;
  const bytes = guest.constraints.local_disk_bytes;
  if (bytes === 0) return undefined;
  const tight = there.find(({ at }) => at && !at.shared && at.total - at.used - bytes < reserve * at.total);
  if (!tight?.at) return undefined;
  const free = tight.at.total - tight.at.used;
  return `storage ${tight.name} on ${target.node} has ${gib(free)} free for ${gib(bytes)} of disks, ${percent(reserve)} of ${gib(tight.at.total)} must stay free`;
}

/** Where it is asked for: would the loss of any one node still fit into the memory of the others? */
function survival({ recommendation }: Candidate, context: FilterContext): string | undefined {
  const { require_n_plus_1, max_node_memory_percent } = context.config.automated_migrations.safety_checks;
  if (!require_n_plus_1) return undefined;
  const after = applyShift(context.loads, shiftOfRecommendation(recommendation));
  const online = [...context.nodes.values()].filter((n) => n.status === 'online' && !n.maintenance);
  const used = (n: NodeSample) => (after.get(n.node)?.mem ?? 1) * n.maxmem;
  const room = (n: NodeSample) => Math.max(0, (max_node_memory_percent / 100) * n.maxmem - used(n));
  const total = online.reduce((sum, n) => sum + room(n), 0);
  const lost = online.find((n) => used(n) > total - room(n));
  return (
    lost &&
    `the loss of ${lost.node} would leave ${gib(used(lost))} for ${gib(total - room(lost))} free on the other nodes (require_n_plus_1)`
  );
}

import type { NodeSample, StorageSample } from '@evenkeel/contracts';
import { cannotRunOn, gib, landingBytes, moveResident, survivalOf, usableBytes } from '@evenkeel/model';
import type { Candidate, FilterContext } from './filter.ts';
import { overload } from './overload.ts';
import { percent } from './quote.ts';

/** Why this target cannot take the guest; undefined where nothing stands against it. */
export function targetObjection(candidate: Candidate, context: FilterContext): string | undefined {
  const { guest, target_node } = candidate.recommendation;
  const target = context.rules.nodes.get(target_node);
  if (!target) return `${target_node} is not known`;
  return (
    cannotRunOn(guest, target_node, context.rules) ??
    overload(candidate, context) ??
    assignedMemory(candidate, context, target) ??
    diskSpace(candidate, context, target) ??
    survival(candidate, context)
  );
}

function assignedMemory({ recommendation }: Candidate, context: FilterContext, target: NodeSample): string | undefined {
  const cap = context.config.automated_migrations.safety_checks.max_memory_assigned_percent / 100;
  const assigned = context.assigned?.get(target.node) ?? (context.assigned ? 0 : undefined);
  if (assigned === undefined) return undefined;
  const after = (assigned + recommendation.guest_load.assigned_bytes) / usableBytes(target, context.config.nodes);
  return after <= cap
    ? undefined
    : `${target.node} would have ${percent(after)} of its memory assigned, at most ${percent(cap)}`;
}

/** Disks that travel along need room on the storages where they come to lie. */
function diskSpace({ guest }: Candidate, context: FilterContext, target: NodeSample): string | undefined {
  const all = guest?.constraints?.local_disk_bytes ?? 0;
  if (!guest || all === 0) return undefined;
  const reserve = context.config.automated_migrations.safety_checks.min_storage_free_percent / 100;
  const landing = landingBytes(guest, target, context.rules);
  const bytesOn = ({ storage, shared }: StorageSample): number | undefined =>
    landing ? landing[storage] : guest.constraints?.storages.includes(storage) && !shared ? all : undefined;
  for (const storage of target.storages) {
    const bytes = bytesOn(storage);
    if (bytes === undefined || storage.total - storage.used - bytes >= reserve * storage.total) continue;
    const free = gib(storage.total - storage.used);
    return `storage ${storage.storage} on ${target.node} has ${free} free for ${gib(bytes)} of disks, ${percent(reserve)} of ${gib(storage.total)} must stay free`;
  }
  return undefined;
}

/** Where it is asked for: no move takes away that the loss of any one node would be survived, or makes it worse. */
function survival({ recommendation: r }: Candidate, { config, residences }: FilterContext): string | undefined {
  if (!config.automated_migrations.safety_checks.require_n_plus_1) return undefined;
  if (!residences) return 'it is not known whether the loss of a node would be survived (require_n_plus_1)';
  const after = survivalOf(moveResident(residences, r.source_node, r.target_node, r.guest_load.mem_bytes));
  if (after.survives || after.short_bytes <= survivalOf(residences).short_bytes) return undefined;
  return `${after.reason} (require_n_plus_1)`;
}

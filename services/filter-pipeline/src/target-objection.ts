import type { NodeSample } from '@evenkeel/contracts';
import { cannotRunOn, moveResident, survivalOf } from '@evenkeel/model';
import type { Candidate, FilterContext } from './filter.ts';
import { overload } from './overload.ts';
import { gib, percent } from './quote.ts';

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
  const after = (assigned + recommendation.guest_load.assigned_bytes) / target.maxmem;
  return after <= cap
    ? undefined
    : `${target.node} would have ${percent(after)} of its memory assigned, at most ${percent(cap)}`;
}

/** Disks that travel along need room on the storages of their name. */
function diskSpace({ guest }: Candidate, context: FilterContext, target: NodeSample): string | undefined {
  const bytes = guest?.constraints?.local_disk_bytes ?? 0;
  if (bytes === 0) return undefined;
  const reserve = context.config.automated_migrations.safety_checks.min_storage_free_percent / 100;
  const tight = target.storages.find(
    (s) =>
      guest?.constraints?.storages.includes(s.storage) && !s.shared && s.total - s.used - bytes < reserve * s.total,
  );
  if (!tight) return undefined;
  const free = gib(tight.total - tight.used);
  return `storage ${tight.storage} on ${target.node} has ${free} free for ${gib(bytes)} of disks, ${percent(reserve)} of ${gib(tight.total)} must stay free`;
}

/** Where it is asked for: no move takes away that the loss of any one node would be survived, or makes it worse. */
function survival({ recommendation: r }: Candidate, { config, residences }: FilterContext): string | undefined {
  if (!config.automated_migrations.safety_checks.require_n_plus_1) return undefined;
  if (!residences) return 'it is not known whether the loss of a node would be survived (require_n_plus_1)';
  const after = survivalOf(moveResident(residences, r.source_node, r.target_node, r.guest_load.mem_bytes));
  if (after.survives || after.short_bytes <= survivalOf(residences).short_bytes) return undefined;
  return `${after.reason} (require_n_plus_1)`;
}

import type { Candidate, FilterContext } from './filter.ts';

/** What about the guest stands against a move; `passes` where it goes away by itself. */
export type GuestObjection = { passes: boolean; reason: string };

/** Why this guest may not be touched now; undefined where nothing stands against it. */
export function guestObjection(
  { recommendation, guest }: Candidate,
  context: FilterContext,
): GuestObjection | undefined {
  if (!guest) return { passes: false, reason: `nothing is known of guest ${recommendation.guest}` };
  const { source_node } = recommendation;
  if (guest.node !== source_node) return { passes: false, reason: `runs on ${guest.node}, not ${source_node}` };
  if (guest.template) return { passes: false, reason: 'is a template' };
  if (guest.lock) return { passes: true, reason: `locked: ${guest.lock}` };
  if (guest.status === 'unknown') return { passes: true, reason: 'its state could not be read' };
  if (context.run.sample.crs.auto_rebalance && guest.ha?.auto_rebalance)
    return { passes: false, reason: `Proxmox's own balancer (CRS ${context.run.sample.crs.mode}) looks after it` };
  if (!guest.constraints) return { passes: true, reason: 'its configuration has not been read yet' };
  const bound = [...guest.constraints.local_devices, ...guest.constraints.bind_mounts];
  return bound.length > 0 && guest.status === 'running'
    ? { passes: false, reason: `bound to ${source_node} by ${bound.join(', ')}` }
    : undefined;
}

import type { GuestSample, ResourceType, RollbackPlan, ScalingAmount } from '@evenkeel/contracts';
import { sizeOf } from './amount-of.ts';
import type { Determined } from './determine-action.ts';

const tooLittle = 'Its peak still passes 80 % of what it has after a day';
const tooMuchTaken = ['It uses more than 80 % of what it has for an hour', 'It swaps, or its work is late'];

/** How to undo what is no size of vCPUs or memory, by what it is. */
const undone: Record<Exclude<ResourceType, 'cpu' | 'memory'>, Record<'scale_up' | 'scale_down', string>> = {
  storage: {
    scale_up: 'Restore it from a backup that was made before: a disk can be enlarged, and not made smaller again',
    scale_down: 'Give it a disk of its former size again, and copy its data back',
  },
  network: { scale_up: 'Give it its former rate limit again', scale_down: 'Give it its former rate limit again' },
  vm_count: {
    scale_up: 'Stop the guests that were added beside it',
    scale_down: 'Start the guests that were taken away beside it again',
  },
};

/** How to undo a decision, and when. */
export function rollbackOf(
  { resource, guest }: { resource: ResourceType; guest: GuestSample },
  { action, move }: Determined,
  amount: ScalingAmount | undefined,
): RollbackPlan {
  if (move) {
    const { source_node, migration_plan } = move;
    return { action: `Migrate ${guest.guest} back to ${source_node}`, conditions: migration_plan.rollback_conditions };
  }
  const isSame = amount?.advised === amount?.now;
  if ((action !== 'scale_up' && action !== 'scale_down') || (amount && isSame))
    return { action: 'none needed', conditions: [] };
  const conditions = action === 'scale_up' ? [tooLittle] : tooMuchTaken;
  if (amount) return { action: `Give ${guest.guest} its ${sizeOf(amount, amount.now)} again`, conditions };
  if (resource === 'cpu' || resource === 'memory') return { action: 'none needed', conditions: [] };
  return { action: undone[resource][action], conditions };
}

import { allowedOn, capsOf, fits, mayMove, planState, ruleContext } from '@evenkeel/model';
import type { Rested } from './play-case.ts';

/** Whether nothing can leave its place without another node passing a cap or a rule being broken: then no balancer that keeps to both helps. */
export function isLocked({ last, config }: Rested): boolean {
  const state = planState(last, [], config);
  const ctx = ruleContext(last, config);
  const caps = capsOf(config);
  return !state.guests.some(
    ({ sample: { guest } }, g) =>
      mayMove(guest, ctx, 'rule') === null &&
      state.nodes.some(
        ({ node }, n) =>
          n !== state.where[g] &&
          fits(state, n, [g], caps) &&
          allowedOn(guest, node, state.placement, ctx, [guest]) === null,
      ),
  );
}

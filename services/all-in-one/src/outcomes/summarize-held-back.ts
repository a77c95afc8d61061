import { type Config, type Counterfactual, isInForce } from '@evenkeel/contracts';
import { byConfidence, type ConfidenceBand } from './by-confidence.ts';
import { latestLook } from './latest-look.ts';

/** What one filter held back by the limits that are in force, each move once, by the latest look at it. */
export type HeldBackTally = {
  order: number;
  filter: string;
  moves: number;
  would_have_paid: number;
  would_not_have_paid: number;
  /** Of those that would not have paid. */
  would_have_harmed: number;
  /** Moves that it held back by other limits, or by none that was noted. */
  left_out: number;
};

/** The latest judgement of each move that was held back, the oldest first. */
export const latestHeld = (all: readonly Counterfactual[]): Counterfactual[] =>
  latestLook(all, ({ counterfactual_id, held_at }) => ({ id: counterfactual_id, at: held_at }));

/** How well the confidence of moves that were held back foretold what they would have brought. */
export const heldByConfidence = (all: readonly Counterfactual[]): ConfidenceBand[] => byConfidence(latestHeld(all));

/** Whether each filter earned its place: how many of the moves that it held back would have paid, in the order of the ladder. */
export function summarizeHeldBack(all: readonly Counterfactual[], config: Config): HeldBackTally[] {
  const groups = Map.groupBy(latestHeld(all), ({ held_by }) => held_by.filter);
  return [...groups]
    .map(([filter, held]) => {
      const moves = held.filter(({ held_by }) => isInForce(held_by, config));
      const paid = moves.filter(({ verdict }) => verdict === 'beneficial').length;
      return {
        order: held[0]!.held_by.order,
        filter,
        moves: moves.length,
        would_have_paid: paid,
        would_not_have_paid: moves.length - paid,
        would_have_harmed: moves.filter(({ verdict }) => verdict === 'harmful').length,
        left_out: held.length - moves.length,
      };
    })
    .sort((a, b) => a.order - b.order || (a.filter < b.filter ? -1 : 1));
}

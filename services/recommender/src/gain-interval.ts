import type { Gain } from '@evenkeel/contracts';
import { type PlanState, penaltyOf, penaltyWith, z90 } from '@evenkeel/model';
import type { PlannedMove } from './planned-move.ts';

/** Points that a guest's move brings where all others of the plan are made. */
const settledGain = (state: PlanState, g: number, source: number, target: number): number =>
  penaltyWith(state, source, [g], 1) +
  penaltyWith(state, target, [g], -1) -
  penaltyOf(state, source) -
  penaltyOf(state, target);

/**
 * What a guest's part of a move brings, with its interval; on the state with all moves of the plan made. It is judged after those
 * that come later, should they be made, which leave it less to relieve: the interval holds with them and without.
 */
export function gainInterval(state: PlanState, move: PlannedMove, i: number, width: number): Gain {
  const { improvement, improvement_sd } = move.members[i]!;
  const settled = settledGain(state, move.unit[i]!, move.source, move.target);
  const reach = z90 * improvement_sd;
  return {
    expected: improvement,
    low: improvement - width * (Math.max(0, improvement - settled) + reach),
    high: improvement + width * (Math.max(0, settled - improvement) + reach),
    sd: improvement_sd,
    ...(width === 1 ? {} : { width }),
    ...(move.chances ? { chances: move.chances } : {}),
  };
}

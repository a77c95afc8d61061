import type { Recommendation } from '@evenkeel/contracts';
import { type Forecasts, forecastOf, type PlanState, shiftForecast } from '@evenkeel/model';
import type { PlannedMove } from './planned-move.ts';

type Next = NonNullable<Recommendation['cpu_in_an_hour']>;

/** Both nodes of each move an hour after it, the moves before it and itself made; takes `forecasts` along. */
export function forecastMoves(
  forecasts: Forecasts,
  state: PlanState,
  moves: readonly PlannedMove[],
  width: number,
): Map<PlannedMove, Next> {
  return new Map(
    moves.map((move) => {
      for (const g of move.unit) shiftForecast(forecasts, state, g, move.source, move.target);
      const [source, target] = [move.source, move.target].map((n) => forecastOf(forecasts, state, n, width));
      return [move, { source: source!, target: target!, target_guests: forecasts.guests[move.target]! }];
    }),
  );
}

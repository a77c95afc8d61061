import { bestMove, startSearch, unitsOf } from './best-move.ts';
import { makeMove, type PlannedMove, type Planning } from './planned-move.ts';

/**
 * Moves that even the cluster out, best first, each evaluated after those before it: every one lowers the sum of the
 * penalties by what is asked over its price, so that at constant load they come to an end.
 */
export function balance(
  planning: Planning,
  hoursOf: (guest: number) => number,
  now: number,
  limit: number,
): PlannedMove[] {
  const search = startSearch(planning, unitsOf(planning, hoursOf, now));
  const moves: PlannedMove[] = [];
  while (moves.length < limit) {
    const best = bestMove(planning, search);
    if (!best) break;
    const source = planning.state.where[best.unit.guests[0]!]!;
    moves.push(makeMove(planning, best.unit.guests, best.target));
    search.fresh[source] = 0;
    search.fresh[best.target] = 0;
  }
  return moves;
}

import { bestMove, noteMove, type Search } from './best-move.ts';
import { makeMove, type PlannedMove, type Planning } from './planned-move.ts';

/**
 * Moves that even the cluster out, best first, each evaluated after those before it: every one lowers the sum of the
 * penalties by what is asked over its price, so that at constant load they come to an end.
 */
export function balance(planning: Planning, search: Search, limit: number): PlannedMove[] {
  const moves: PlannedMove[] = [];
  while (moves.length < limit) {
    const best = bestMove(planning, search);
    if (!best) break;
    const move = makeMove(planning, best.unit.guests, best.target);
    noteMove(search, move);
    moves.push(move);
  }
  return moves;
}

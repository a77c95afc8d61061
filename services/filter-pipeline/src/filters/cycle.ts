import type { GuestMove } from '@evenkeel/contracts';
import { hours, millis } from '@evenkeel/model';
import { type Filter, filtered, passed } from '../filter.ts';
import { hasMoved } from '../moves.ts';

/** A guest that wanders in a circle of three or more nodes gains nothing by closing it. */
export const cycle: Filter = ({ recommendation }, { moves, now, config }) => {
  const { cycle_window_hours } = config.intelligent_migrations;
  const recent = (moves.get(recommendation.guest) ?? []).filter(
    (move) => hasMoved(move) && now - millis(move.at) <= hours(cycle_window_hours),
  );
  const path = [...pathOf(recent, recommendation.source_node), recommendation.target_node];
  const circle = path.slice(path.lastIndexOf(recommendation.target_node, -2));
  return new Set(circle).size >= 3
    ? filtered(`cycle detected ${circle.join('->')}, within ${cycle_window_hours} h`)
    : passed(`path ${path.join('->')} closes no circle of 3 nodes`);
};

function pathOf(moves: readonly GuestMove[], now: string): string[] {
  const nodes = [...moves.flatMap(({ from, to }) => [from, to]), now];
  return nodes.filter((node, i) => node !== nodes[i - 1]);
}

import type { Convergence, NodeScore } from '@evenkeel/contracts';
import { allowedOn, fits, mayMove, penaltyOf, penaltyWith } from '@evenkeel/model';
import { askedOf, leastRelief } from './best-move.ts';
import { chanceOfRelief, type Planning } from './planned-move.ts';

const percent = (fraction: number): string => `${Math.floor(100 * fraction)} %`;
const perNode = 8;
const inAll = 60;

type Reason = { guest: `qemu/${number}`; reason: string };

function bestTry(planning: Planning, g: number, hours: number): string {
  const { state, ctx, caps } = planning;
  const guest = state.guests[g]!.sample.guest;
  const stays = mayMove(guest, ctx);
  if (stays) return stays;
  const source = state.where[g]!;
  const gain = reliefBy(planning, g);
  let best: { node: string; points: number } | undefined;
  const refused: string[] = [];
  state.nodes.forEach(({ node }, n) => {
    if (n === source) return;
    const no = allowedOn(guest, node, state.placement, ctx);
    if (no) refused.push(no);
    else if (!fits(state, n, [g], caps)) refused.push(`${node} has no room for it`);
    else {
      const points = gain - (penaltyWith(state, n, [g], 1) - penaltyOf(state, n));
      if (!best || points > best.points) best = { node, points };
    }
  });
  const asked = Math.round(100 * askedOf(planning, source, hours)) / 100;
  if (best && best.points >= asked) {
    const chance = chanceOfRelief(state, [g], source, state.nodeIndex.get(best.node)!);
    if (chance < leastRelief)
      return `${best.node} would be better off than ${state.nodes[source]!.node} is with a chance of ${percent(chance)} only, ${percent(leastRelief)} are asked`;
  }
  if (best) {
    const others = refused.length > 0 ? ` (${[...new Set(refused)].slice(0, 2).join('; ')})` : '';
    return `best target ${best.node} would bring ${(Math.round(10 * best.points) / 10 + 0).toFixed(1)} points, ${asked} are asked${others}`;
  }
  return `no node can take it: ${[...new Set(refused)].slice(0, 3).join('; ')}`;
}

/** Points by which a guest's node would be better off without it. */
const reliefBy = ({ state }: Planning, g: number): number =>
  penaltyOf(state, state.where[g]!) - penaltyWith(state, state.where[g]!, [g], -1);

/** Why those guests of the loaded nodes, or of the busiest, that would relieve it most, got no recommendation; a bounded list, none where the cluster has converged. */
export function explainStaying(
  planning: Planning,
  scores: readonly NodeScore[],
  convergence: Convergence,
  hoursOf: (guest: number) => number,
): Reason[] {
  if (convergence.converged) return [];
  const { state, taken } = planning;
  const busiest = scores.toSorted((a, b) => b.penalty - a.penalty || (a.node < b.node ? -1 : 1));
  const loaded = busiest.filter((s) => s.exceeded.length > 0);
  const hot = (loaded.length > 0 ? loaded : busiest.slice(0, 1)).map((s) => state.nodeIndex.get(s.node)!);
  const chosen = hot.flatMap((n) =>
    state.guests
      .map((_, g) => g)
      .filter((g) => state.where[g] === n && !taken.has(g))
      .map((g) => ({ g, cores: state.guests[g]!.prediction.cores, relief: Math.round(reliefBy(planning, g)) }))
      .sort((a, b) => b.relief - a.relief || b.cores - a.cores || a.g - b.g)
      .slice(0, perNode)
      .map(({ g }) => g),
  );
  return chosen.slice(0, inAll).map((g) => ({
    guest: state.guests[g]!.sample.guest as `qemu/${number}`,
    reason: bestTry(planning, g, hoursOf(g)),
  }));
}

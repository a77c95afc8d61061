import { allowedOn, applyMove, fits, hasCopies, inMaintenance, mayMove, penaltyOf, penaltyWith } from '@evenkeel/model';
import { makeRoom } from './make-room.ts';
import { mendRules } from './mend-rules.ts';
import { makeMove, type PlannedMove, type Planning } from './planned-move.ts';
import { survivalObjection } from './survival-objection.ts';
import { areAllowedOn, idsOf, unitOf } from './unit-of.ts';

export type MandatoryPlan = { moves: PlannedMove[]; stuck: { guest: string; reason: string }[] };

/**
 * The node that bears some guests best, of those that rules allow and that leave the loss of a node survivable where that is asked for;
 * ties go to one that has copies of their disks, then to the first by name.
 */
function bestNode(planning: Planning, unit: readonly number[], allowed: (n: number) => boolean): number | undefined {
  const { state, caps } = planning;
  const objection = survivalObjection(planning, unit);
  let best: { n: number; added: number; copies: number } | undefined;
  for (let n = 0; n < state.nodes.length; n++) {
    if (n === state.where[unit[0]!] || !fits(state, n, unit, caps) || !allowed(n)) continue;
    const added = penaltyWith(state, n, unit, 1) - penaltyOf(state, n);
    const copies = unit.filter((g) => hasCopies(state.guests[g]!.sample, state.nodes[n]!.node)).length;
    const even = best && Math.abs(added - best.added) <= 1e-9;
    const better = !best || (even ? copies > best.copies : added < best.added);
    if (better && objection(n) === undefined) best = { n, added, copies };
  }
  return best?.n;
}

function refusals(planning: Planning, unit: readonly number[]): string {
  const { state, ctx, caps } = planning;
  const ids = idsOf(planning, unit);
  const objection = survivalObjection(planning, unit);
  const reasons = state.nodes.flatMap(({ node }, n) => {
    if (n === state.where[unit[0]!]) return [];
    const no = ids.map((id) => allowedOn(id, node, state.placement, ctx, ids)).find((r) => r !== null);
    if (no || !fits(state, n, unit, caps)) return no ?? `${node} has no room for it`;
    const unsafe = objection(n);
    return unsafe ? `with it on ${node}, ${unsafe}` : [];
  });
  const said = [...new Set(reasons)];
  return `no node can take it: ${said.slice(0, 3).join('; ')}${said.length > 3 ? `; and ${said.length - 3} more` : ''}`;
}

type Order = (planning: Planning, g: number) => number;

const sample = ({ state }: Planning, g: number) => state.guests[g]!.sample;
const prediction = ({ state }: Planning, g: number) => state.guests[g]!.prediction;

/** What goes first when nodes are emptied: most memory; where that leaves some without a place, others are tried. */
const orders: readonly Order[] = [
  (planning, g) => prediction(planning, g).mem_bytes,
  (planning, g) => prediction(planning, g).peak_cores,
  (planning, g) =>
    (planning.ctx.groupsOf.get(sample(planning, g).guest)?.length ?? 0) * 1e15 + sample(planning, g).maxmem,
  (planning, g) => prediction(planning, g).mem_bytes / Math.max(0.01, prediction(planning, g).peak_cores),
  (planning, g) => -prediction(planning, g).mem_bytes,
];

/** Empties the nodes in maintenance in the order that leaves the fewest without a place; those that may not leave are stuck in any. */
function drain(planning: Planning, limit: number): MandatoryPlan {
  let best: { order: Order; homeless: number } | undefined;
  for (const order of orders) {
    const plan = drainInOrder(planning, limit, order);
    if (plan.homeless === 0) return plan;
    undo(planning, plan.moves);
    if (!best || plan.homeless < best.homeless) best = { order, homeless: plan.homeless };
  }
  return drainInOrder(planning, limit, best!.order);
}

function undo({ state, taken }: Planning, moves: readonly PlannedMove[]): void {
  for (const { unit, source } of moves.toReversed())
    for (const g of unit.toReversed()) {
      applyMove(state, g, source);
      taken.delete(g);
    }
}

/** What is over the limit waits for the next run. */
function drainInOrder(planning: Planning, limit: number, order: Order): MandatoryPlan & { homeless: number } {
  const { state, ctx, taken } = planning;
  const plan = { moves: [] as PlannedMove[], stuck: [] as MandatoryPlan['stuck'], homeless: 0 };
  const leaving = state.guests
    .map((_, g) => g)
    .filter((g) => inMaintenance(state.nodes[state.where[g]!]!, ctx.config) && !taken.has(g))
    .sort((a, b) => order(planning, b) - order(planning, a) || a - b);
  for (const g of leaving) {
    if (taken.has(g) || plan.moves.length >= limit) continue;
    const guest = state.guests[g]!.sample.guest;
    const unit = unitOf(planning, guest);
    const mandatory = state.nodes[state.where[g]!]!.drained ? 'drain' : 'maintenance';
    const stays = idsOf(planning, unit)
      .map((id) => mayMove(id, ctx, mandatory))
      .find((r) => r !== null);
    const moves = stays ? [] : leave(planning, unit, mandatory);
    if (moves.length === 0) plan.stuck.push({ guest, reason: stays ?? refusals(planning, unit) });
    if (moves.length === 0 && !stays) plan.homeless++;
    plan.moves.push(...moves);
  }
  return plan;
}

/** The move of a unit off its node, after those that make room for it where that is needed; none where there is no place. */
function leave(planning: Planning, unit: readonly number[], mandatory: 'drain' | 'maintenance'): PlannedMove[] {
  const { state } = planning;
  const empties = state.where[unit[0]!]!;
  const { node, drained } = state.nodes[empties]!;
  const why = drained ? `${node} is drained by ${drained.by}` : `${node} is in maintenance`;
  const allowed = (n: number) => areAllowedOn(planning, unit, n);
  const target = bestNode(planning, unit, allowed);
  if (target !== undefined) return [makeMove(planning, unit, target, { mandatory, why })];
  for (let n = 0; n < state.nodes.length; n++) {
    const room = n !== empties && allowed(n) ? makeRoom(planning, unit, n) : undefined;
    if (!room) continue;
    const before = room.map((r) =>
      makeMove(planning, r.unit, r.target, {
        mandatory,
        empties,
        why: `makes room on ${state.nodes[n]!.node}: ${why}`,
      }),
    );
    return [...before, makeMove(planning, unit, n, { mandatory, why })];
  }
  return [];
}

/** Moves that must be made whatever they bring: nodes in maintenance emptied, then broken rules mended with few moves. */
export function mandatoryMoves(planning: Planning, limit: number): MandatoryPlan {
  const { moves, stuck } = drain(planning, limit);
  return { moves: [...moves, ...mendRules(planning, limit - moves.length)], stuck };
}

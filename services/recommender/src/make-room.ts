import { applyMove, fits, mayMove } from '@evenkeel/model';
import type { Planning } from './planned-move.ts';
import { survivalObjection } from './survival-objection.ts';
import { areAllowedOn, unitOf } from './unit-of.ts';

/** Guests that leave a node so that others have room on it. */
export type Leaving = { unit: readonly number[]; target: number };

const mostLeaving = 3;

/**
 * Which guests may leave a node for others, in this order, so that these have room on it and, where that is asked for, no loss of a node
 * becomes worse by any of it; undefined where no few of them do.
 * The plan's state is as it was afterwards.
 */
export function makeRoom(planning: Planning, unit: readonly number[], n: number): Leaving[] | undefined {
  const { state, caps } = planning;
  const leaving: Leaving[] = [];
  const gone = new Set<number>(unit);
  while (!fits(state, n, unit, caps) && leaving.length < mostLeaving) {
    const next = whoLeaves(planning, unit, n, gone);
    if (!next) break;
    for (const g of next.unit) {
      applyMove(state, g, next.target);
      gone.add(g);
    }
    leaving.push(next);
  }
  const enough = leaving.length > 0 && fits(state, n, unit, caps) && survivalObjection(planning, unit)(n) === undefined;
  for (const { unit: back } of leaving.toReversed()) for (const g of back) applyMove(state, g, n);
  return enough ? leaving : undefined;
}

/** The smallest of those that suffice, else the largest, of those that have a place elsewhere. */
function whoLeaves(
  planning: Planning,
  unit: readonly number[],
  n: number,
  gone: ReadonlySet<number>,
): Leaving | undefined {
  const { state, caps } = planning;
  let best: (Leaving & { suffices: boolean; size: number }) | undefined;
  for (const others of unitsOn(planning, n, gone)) {
    const elsewhere = placeFor(planning, others, n, () => true);
    if (elsewhere === undefined) continue;
    for (const g of others) applyMove(state, g, elsewhere);
    const suffices = fits(state, n, unit, caps);
    for (const g of others) applyMove(state, g, n);
    const size = sizeOf(planning, others, n);
    const better = !best || (suffices === best.suffices ? suffices === size < best.size : suffices);
    const objection = better ? survivalObjection(planning, others) : undefined;
    const target = objection && placeFor(planning, others, n, (place) => objection(place) === undefined);
    if (target !== undefined) best = { unit: others, target, suffices, size };
  }
  return best;
}

/** Guests on a node that may go, with those that must go with them. */
function unitsOn(planning: Planning, n: number, gone: ReadonlySet<number>): number[][] {
  const { state, ctx, taken } = planning;
  const seen = new Set<number>(gone);
  return state.guests.flatMap((_, g) => {
    if (state.where[g] !== n || seen.has(g)) return [];
    const unit = unitOf(planning, state.guests[g]!.sample.guest);
    for (const member of unit) seen.add(member);
    const free = unit.every(
      (m) => !gone.has(m) && !taken.has(m) && mayMove(state.guests[m]!.sample.guest, ctx, 'rule') === null,
    );
    return free && unit.length > 0 ? [unit] : [];
  });
}

function placeFor(
  planning: Planning,
  unit: readonly number[],
  n: number,
  passes: (target: number) => boolean,
): number | undefined {
  const { state, caps } = planning;
  const open = [...state.nodes.keys()].filter(
    (target) => target !== n && fits(state, target, unit, caps) && areAllowedOn(planning, unit, target),
  );
  const roomiest = open.sort((a, b) => state.mem[a]! / state.memory[a]! - state.mem[b]! / state.memory[b]! || a - b);
  return roomiest.find(passes);
}

/** What a unit takes of a node, the shares of its CPU and of its memory, used and assigned, together. */
function sizeOf({ state }: Planning, unit: readonly number[], n: number): number {
  return unit.reduce((sum, g) => {
    const { prediction, sample } = state.guests[g]!;
    return sum + prediction.peak_cores / state.capacity[n]! + (prediction.mem_bytes + sample.maxmem) / state.memory[n]!;
  }, 0);
}

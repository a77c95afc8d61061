import { allowedOn, companions } from '@evenkeel/model';
import type { Planning } from './planned-move.ts';

/** Ids of some guests. */
export const idsOf = ({ state }: Planning, unit: readonly number[]): string[] =>
  unit.map((g) => state.guests[g]!.sample.guest);

/** A guest with those that a rule binds to it. */
export const unitOf = ({ state, ctx }: Planning, guest: string): number[] =>
  companions(guest, state.placement, ctx).flatMap((id) => state.guestIndex.get(id) ?? []);

/** Why a rule keeps one of some guests that go together from a node; null where none does. */
export function refusalOn(planning: Planning, unit: readonly number[], n: number): string | null {
  const { state, ctx } = planning;
  const ids = idsOf(planning, unit);
  for (const id of ids) {
    const refusal = allowedOn(id, state.nodes[n]!.node, state.placement, ctx, ids);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** Whether no rule keeps any of some guests that go together from a node. */
export const areAllowedOn = (planning: Planning, unit: readonly number[], n: number): boolean =>
  refusalOn(planning, unit, n) === null;

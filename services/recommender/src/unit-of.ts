import { allowedOn, companions } from '@evenkeel/model';
import type { Planning } from './planned-move.ts';

/** Ids of some guests. */
export const idsOf = ({ state }: Planning, unit: readonly number[]): string[] =>
  unit.map((g) => state.guests[g]!.sample.guest);

/** A guest with those that a rule binds to it. */
export const unitOf = ({ state, ctx }: Planning, guest: string): number[] =>
  companions(guest, state.placement, ctx).flatMap((id) => state.guestIndex.get(id) ?? []);

/** Whether no rule keeps any of some guests that go together from a node. */
export function areAllowedOn(planning: Planning, unit: readonly number[], n: number): boolean {
  const { state, ctx } = planning;
  const ids = idsOf(planning, unit);
  return ids.every((id) => allowedOn(id, state.nodes[n]!.node, state.placement, ctx, ids) === null);
}

import { companions } from '@evenkeel/model';
import type { Planning } from './planned-move.ts';

/** Ids of some guests. */
export const idsOf = ({ state }: Planning, unit: readonly number[]): string[] =>
  unit.map((g) => state.guests[g]!.sample.guest);

/** A guest with those that a rule binds to it. */
export const unitOf = ({ state, ctx }: Planning, guest: string): number[] =>
  companions(guest, state.placement, ctx).flatMap((id) => state.guestIndex.get(id) ?? []);

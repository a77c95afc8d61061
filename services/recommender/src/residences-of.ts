import type { DataOf, recommendationsGenerated } from '@evenkeel/contracts';
import type { Planning } from './planned-move.ts';
import { takingPart } from './taking-part.ts';

const MiB = 2 ** 20;

/** Memory of the nodes that could take over for another, guest by guest, before any move of the run. */
export function residencesOf(
  planning: Pick<Planning, 'state' | 'config' | 'caps'>,
): NonNullable<DataOf<typeof recommendationsGenerated>['residences']> {
  const { state, caps } = planning;
  const guests = state.nodes.map((): number[] => []);
  for (let g = 0; g < state.guests.length; g++) guests[state.where[g]!]!.push(state.guests[g]!.prediction.mem_bytes);
  return Object.fromEntries(
    takingPart(planning).map((n) => {
      const used = guests[n]!.reduce((sum, bytes) => sum + bytes, 0);
      const residence = {
        room: Math.round(caps.mem * state.memory[n]!),
        host: Math.round(Math.max(0, state.mem[n]! - used)),
        guest_mib: guests[n]!.map((bytes) => Math.round(bytes / MiB)).sort((a, b) => b - a),
      };
      return [state.nodes[n]!.node, residence];
    }),
  );
}

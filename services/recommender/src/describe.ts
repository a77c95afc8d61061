import type { GuestProfile } from '@evenkeel/contracts';
import type { PlanState } from '@evenkeel/model';
import type { PlannedMove } from './planned-move.ts';

const GiB = 2 ** 30;
const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`;
const points = (n: number): string => n.toFixed(1);

/** Why a move is recommended, in one sentence that quotes its numbers. */
export function describe(
  move: PlannedMove,
  guest: number,
  state: PlanState,
  profile: GuestProfile | undefined,
): string {
  const { effect: e } = move;
  const { sample, prediction } = state.guests[guest]!;
  const [source, target] = [state.nodes[move.source]!.node, state.nodes[move.target]!.node];
  const size = `${prediction.cores.toFixed(1)} cores, ${(prediction.mem_bytes / GiB).toFixed(1)} GiB, ${profile?.behavior ?? 'unknown'}`;
  const all = move.unit.length > 1 ? ` with ${move.unit.length - 1} that belong with it` : '';
  const cpu = `${source} CPU ${percent(e.source_before.cpu)} → ${percent(e.source_after.cpu)}, ${target} ${percent(e.target_before.cpu)} → ${percent(e.target_after.cpu)}`;
  const mem = `memory ${percent(e.source_before.mem)} → ${percent(e.source_after.mem)} and ${percent(e.target_before.mem)} → ${percent(e.target_after.mem)}`;
  const gain = `${points(move.improvement)} penalty points ${move.improvement >= 0 ? 'less' : '(more)'}`;
  const why = move.why ? `${move.why}: ` : '';
  return `${why}${sample.name} (${size})${all} to ${target}: ${cpu}; ${mem}; ${gain}`;
}

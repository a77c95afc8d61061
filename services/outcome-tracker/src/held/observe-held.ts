import type { HeldMove, LoadSums } from '@evenkeel/contracts';
import { add, less, shareOf } from '../count.ts';
import type { Survey } from '../survey.ts';

type Pair = LoadSums['as_is'];

/** What would be on the two nodes with a guest on another node than it is on; what touches neither changes nothing. */
function withMove(
  pair: Pair,
  { guest, target_node }: { guest: string; target_node: string },
  { source_node: a, target_node: b }: HeldMove,
  { nodes, guests }: Survey,
): Pair {
  const sample = guests.get(guest);
  const [from, to] = [sample && nodes.get(sample.node), nodes.get(target_node)];
  if (sample?.status !== 'running' || !from || !to || from === to) return pair;
  const [leaves, joins] = [shareOf(sample, from, from), shareOf(sample, from, to)];
  const moved = (name: string, load: Pair['source']) =>
    name === from.node.node ? less(load, leaves) : name === to.node.node ? add(load, joins) : load;
  return { source: moved(a, pair.source), target: moved(b, pair.target) };
}

/**
 * One look at the two nodes of a move that was held back: as they are, and as they would be with the guest moved; both with the
 * moves before it made, where its prediction takes them so. Null where that cannot be seen.
 */
export function observeHeld(held: HeldMove, survey: Survey): LoadSums | null {
  const [source, target] = [survey.nodes.get(held.source_node), survey.nodes.get(held.target_node)];
  if (source?.node.status !== 'online' || target?.node.status !== 'online') return null;
  const seen = { source: source.load, target: target.load };
  const stayed = held.planned_after.reduce((pair, move) => withMove(pair, move, held, survey), seen);
  const as_is = withMove(stayed, held, held, survey);
  const pressure = { source: source.node.pressure?.cpu_some ?? 0, target: target.node.pressure?.cpu_some ?? 0 };
  return { samples: 1, as_is, stayed, pressure };
}

import type { ClusterSample, CollectorProgress } from '@evenkeel/contracts';
import { byText } from '@evenkeel/model';

type Known = NonNullable<CollectorProgress['bridges']>;

/** The network of a node as it was read just now; `names` is absent where it could not be read to the last row. */
export type ReadBridges = { node: string; names?: readonly string[] };

/** The network of a node is read again after so long, and sooner where it could not be read, seconds. */
const refresh_s = 3600;
const retry_s = 600;
const mostNodes = 8;
/** A node with more bridges than fit is one of which they are not known. */
const mostNames = 200;

/** Whose network to read now: nodes never asked first, then those asked longest ago, a few at a time. */
export function dueBridges(
  known: Known = {},
  { online, now_s }: { online: ReadonlySet<string>; now_s: number },
): string[] {
  const isDue = (node: string): boolean => {
    const last = known[node];
    const age = last ? now_s - last.tried_at : Number.POSITIVE_INFINITY;
    return age < 0 || age >= (last?.names ? refresh_s : retry_s);
  };
  return [...online]
    .filter(isDue)
    .sort((a, b) => (known[a]?.tried_at ?? 0) - (known[b]?.tried_at ?? 0) || byText(a, b))
    .slice(0, mostNodes);
}

/** What is known of the networks of the nodes that are there, with what was read just now; what cannot be read any more is not known. */
export function noteBridges(
  known: Known = {},
  reads: readonly ReadBridges[],
  { nodes, now_s }: { nodes: readonly string[]; now_s: number },
): Known {
  const read = reads.map(({ node, names }): [string, Known[string]] => [
    node,
    { tried_at: now_s, ...(names && names.length <= mostNames && { names: [...new Set(names)].sort(byText) }) },
  ]);
  const all: Known = { ...known, ...Object.fromEntries(read) };
  return Object.fromEntries(nodes.flatMap((node) => (all[node] ? [[node, all[node]]] : [])));
}

/** The sample with the bridges of each node, as far as they are known and some guest uses them. */
export function withBridges(sample: ClusterSample, known: Known = {}): ClusterSample {
  const used = new Set(sample.guests.flatMap(({ constraints }) => constraints?.bridges ?? []));
  const nodes = sample.nodes.map((node) => {
    const names = known[node.node]?.names;
    return names ? { ...node, bridges: names.filter((name) => used.has(name)) } : node;
  });
  return { ...sample, nodes };
}

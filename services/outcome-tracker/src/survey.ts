import type { ClusterSample, GuestSample, LoadSums, NodeSample } from '@evenkeel/contracts';

type Load = LoadSums['as_is']['source'];
type Surveyed = { node: NodeSample; load: Load; guests: readonly GuestSample[] };

/** One look at a cluster, read once for all that ask: its nodes by name, each with its load and its guests, and all guests by id. */
export type Survey = {
  at: string;
  nodes: ReadonlyMap<string, Surveyed>;
  guests: ReadonlyMap<string, GuestSample>;
  /** Whether a guest that is not seen is gone. */
  whole: boolean;
};

/** The load of a node as it was measured. */
function loadOf({ cpu, mem, maxmem }: NodeSample, guests: readonly GuestSample[]): Load {
  let assigned = 0;
  for (const guest of guests) if (guest.status === 'running') assigned += guest.maxmem;
  return { cpu, mem: mem / maxmem, assigned: assigned / maxmem };
}

const known = new WeakMap<ClusterSample, Survey>();

/** What a sample says, in the order in which it is asked; a sample must not change any more. */
export function surveyOf(sample: ClusterSample): Survey {
  const before = known.get(sample);
  if (before) return before;
  const { at, nodes, guests, problems } = sample;
  const byNode = Map.groupBy(guests, (guest) => guest.node);
  const survey = {
    at,
    nodes: new Map(
      nodes.map((node) => {
        const own = byNode.get(node.node) ?? [];
        return [node.node, { node, load: loadOf(node, own), guests: own }];
      }),
    ),
    guests: new Map(guests.map((guest) => [guest.guest, guest])),
    whole: problems.length === 0,
  };
  known.set(sample, survey);
  return survey;
}

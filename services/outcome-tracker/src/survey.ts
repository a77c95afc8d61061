import type { ClusterSample, GuestSample, LoadSums, NodeSample } from '@evenkeel/contracts';

type Load = LoadSums['as_is']['source'];
/** A node with its load and its guests: `cores` that are busy, and bytes a second that its guests read and write (`io`). */
export type Surveyed = { node: NodeSample; load: Load; guests: readonly GuestSample[]; cores: number; io: number };

/** One look at a cluster, read once for all that ask: its nodes by name, each with its load and its guests, and all guests by id. */
export type Survey = {
  at: string;
  nodes: ReadonlyMap<string, Surveyed>;
  guests: ReadonlyMap<string, GuestSample>;
  /** Whether a guest that is not seen is gone. */
  whole: boolean;
};

/** The load of a node as it was measured. */
function surveyNode(node: NodeSample, guests: readonly GuestSample[]): Surveyed {
  const { cpu, mem, maxmem, maxcpu, iowait = 0, pressure } = node;
  let [assigned, busy, io] = [0, 0, 0];
  for (const guest of guests) {
    if (guest.status !== 'running') continue;
    assigned += guest.maxmem;
    busy += guest.cpu * guest.maxcpu;
    io += guest.diskread + guest.diskwrite;
  }
  const load = { cpu, mem: mem / maxmem, assigned: assigned / maxmem, iowait, pressure: pressure?.cpu_some ?? 0 };
  return { node, load, guests, cores: Math.max(busy, cpu * maxcpu), io };
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
        return [node.node, surveyNode(node, byNode.get(node.node) ?? [])];
      }),
    ),
    guests: new Map(guests.map((guest) => [guest.guest, guest])),
    whole: problems.length === 0,
  };
  known.set(sample, survey);
  return survey;
}

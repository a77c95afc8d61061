import type { ClusterSample, Config, GuestSample, LoadSums, NodeSample } from '@evenkeel/contracts';
import { occupiedBytes, usableBytes, usedBytes } from '@evenkeel/model';

type Load = LoadSums['as_is']['source'];
type Reserves = Config['nodes'];
/** A node with its load and its guests: `usable` bytes that guests may use of it, `cores` that are busy, and bytes a second that its guests read and write (`io`). */
export type Surveyed = {
  node: NodeSample;
  load: Load;
  guests: readonly GuestSample[];
  usable: number;
  cores: number;
  io: number;
};

/** One look at a cluster, read once for all that ask: its nodes by name, each with its load and its guests, and all guests by id. */
export type Survey = {
  at: string;
  nodes: ReadonlyMap<string, Surveyed>;
  guests: ReadonlyMap<string, GuestSample>;
  /** Whether a guest that is not seen is gone. */
  whole: boolean;
};

/** The load of a node as it was measured; memory on the scale of what guests may use, as it is promised. */
function surveyNode(node: NodeSample, guests: readonly GuestSample[], reserves: Reserves): Surveyed {
  const { cpu, maxcpu, iowait = 0, pressure } = node;
  let [occupied, assigned, busy, io] = [0, 0, 0, 0];
  for (const guest of guests) {
    if (guest.status !== 'stopped') occupied += occupiedBytes(guest);
    if (guest.status !== 'running') continue;
    assigned += guest.maxmem;
    busy += guest.cpu * guest.maxcpu;
    io += guest.diskread + guest.diskwrite;
  }
  const usable = usableBytes(node, reserves);
  const mem = usedBytes(node, occupied, reserves) / usable;
  const load = { cpu, mem, assigned: assigned / usable, iowait, pressure: pressure?.cpu_some ?? 0 };
  return { node, load, guests, usable, cores: Math.max(busy, cpu * maxcpu), io };
}

const known = new WeakMap<ClusterSample, { reserves: Reserves; survey: Survey }>();
const none: Reserves = {};

/** What a sample says, in the order in which it is asked; a sample must not change any more. */
export function surveyOf(sample: ClusterSample, reserves: Reserves = none): Survey {
  const before = known.get(sample);
  if (before?.reserves === reserves) return before.survey;
  const { at, nodes, guests, problems } = sample;
  const byNode = Map.groupBy(guests, (guest) => guest.node);
  const survey = {
    at,
    nodes: new Map(
      nodes.map((node) => {
        return [node.node, surveyNode(node, byNode.get(node.node) ?? [], reserves)];
      }),
    ),
    guests: new Map(guests.map((guest) => [guest.guest, guest])),
    whole: problems.length === 0,
  };
  known.set(sample, { reserves, survey });
  return survey;
}

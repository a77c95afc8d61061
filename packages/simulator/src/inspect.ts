import { evaluateNode } from './evaluate.ts';
import { isOnline, isQuorate, lockOf, type MoveRecord, nodeOf, segmentAt, type World } from './world.ts';

export type NodeTruth = {
  node: string;
  online: boolean;
  threads: number;
  /** Cores that are wanted, and the share of its threads in use. */
  demand: number;
  cpu: number;
  mem: number;
  maxmem: number;
  guests: number[];
};

export type GuestTruth = {
  vmid: number;
  id: string;
  name: string;
  node: string;
  running: boolean;
  lock: string | undefined;
  demand: number;
  served: number;
  mem: number;
  memhost: number;
};

/** What is really so, whatever the API says. */
export type Truth = {
  now: number;
  quorate: boolean;
  nodes: NodeTruth[];
  guests: GuestTruth[];
  running: {
    vmid: number;
    source: string;
    target: string;
    phase: string;
    round: number;
    sent: number;
    upid: string;
    /** Whether it was asked to take tracked connections along. */
    conntrack: boolean;
  }[];
  moves: MoveRecord[];
};

export const inspect = (world: World): Truth => {
  const loads = new Map([...world.nodes].map(([name, node]) => [name, evaluateNode(world, node, world.now)]));
  const guests = [...world.guests.values()].map((guest): GuestTruth => {
    const { vmid, id, name } = guest.plan;
    const load = loads.get(nodeOf(guest))?.guests.get(vmid);
    const { node, running } = segmentAt(guest, world.now);
    return {
      vmid,
      id,
      name,
      node,
      running,
      lock: lockOf(world, guest),
      demand: load?.demand ?? 0,
      served: load?.served ?? 0,
      mem: load?.mem ?? 0,
      memhost: load?.memhost ?? 0,
    };
  });
  const nodes = [...world.nodes.values()].map(({ plan }): NodeTruth => {
    const load = loads.get(plan.name);
    const here = guests.filter((guest) => guest.node === plan.name).map((guest) => guest.vmid);
    return {
      node: plan.name,
      online: isOnline(world, plan.name),
      threads: plan.threads,
      demand: load?.demand ?? 0,
      cpu: load?.cpu ?? 0,
      mem: load?.mem ?? 0,
      maxmem: plan.memory,
      guests: here,
    };
  });
  const running = world.migrations.map(({ vmid, source, target, course, task, options }) => ({
    conntrack: options.conntrack,
    vmid,
    source,
    target,
    phase: course.phase,
    round: course.round,
    sent: course.sent,
    upid: task.upid,
  }));
  return { now: world.now, quorate: isQuorate(world), nodes, guests, running, moves: [...world.moves] };
};

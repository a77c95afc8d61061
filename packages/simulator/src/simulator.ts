import { advanceWorld, applyFaults } from './advance.ts';
import { type Description, type DescriptionInput, descriptionSchema } from './description.ts';
import { evaluateNode } from './evaluate.ts';
import type { FaultInput } from './fault.ts';
import { addFault, removeFault } from './faults.ts';
import { createPast } from './history.ts';
import { planCluster } from './plan.ts';
import { DescriptionError, problemsOf } from './problems.ts';
import { createPublished } from './published.ts';
import { parseTrace } from './trace.ts';
import type { Answer, Request } from './wire/answer.ts';
import { handleRequest } from './wire/handle.ts';
import {
  type ActiveFault,
  beginWorld,
  isOnline,
  isQuorate,
  lockOf,
  type MoveRecord,
  nodeOf,
  segmentAt,
  type World,
} from './world.ts';

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
  running: { vmid: number; source: string; target: string; phase: string; round: number; sent: number; upid: string }[];
  moves: MoveRecord[];
};

export type Simulator = {
  name: string;
  description: Description;
  now: () => number;
  /** Turns the clock to a time, epoch ms; a time that is past changes nothing. */
  advance: (to: number) => void;
  /** Answers a request as of now. */
  handle: (request: Request) => Answer;
  faults: {
    /** Counts from now; the number is its handle. */
    add: (fault: FaultInput) => number;
    remove: (id: number) => boolean;
    clear: () => void;
    list: () => ActiveFault[];
  };
  inspect: () => Truth;
};

export type SimulatorOptions = {
  seed?: number;
  /** Epoch ms. */
  start?: number;
  /** Texts of the traces that the description names. */
  traces?: Record<string, string>;
};

/** A description with everything that it leaves out, or a DescriptionError that says all that is wrong. */
export const describeCluster = (input: DescriptionInput): Description => {
  const parsed = descriptionSchema.safeParse(input);
  if (!parsed.success) throw new DescriptionError(problemsOf(parsed.error));
  return parsed.data;
};

const inspect = (world: World): Truth => {
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
  const running = world.migrations.map(({ vmid, source, target, course, task }) => ({
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

/** A cluster that does not exist. It has no clock of its own: time passes when `advance` says so, and the same calls give the same answers. */
export const createSimulator = (input: DescriptionInput, options: SimulatorOptions = {}): Simulator => {
  const given = describeCluster(input);
  const description = {
    ...given,
    seed: options.seed ?? given.seed,
    start: options.start === undefined ? given.start : new Date(options.start).toISOString(),
  };
  const traces = Object.entries(description.traces).flatMap(([name, format]) => {
    const text = options.traces?.[name];
    return text === undefined ? [] : [[name, parseTrace(text, format)] as const];
  });
  const world = beginWorld(planCluster(description, Object.fromEntries(traces)));
  for (const fault of description.faults) addFault(world, fault);
  applyFaults(world);
  const scene = { world, published: createPublished(world), past: createPast(world) };
  return {
    name: description.name,
    description,
    now: () => world.now,
    advance: (to) => advanceWorld(world, to),
    handle: (request) => handleRequest(scene, request),
    faults: {
      add: (fault) => {
        const id = addFault(world, fault);
        applyFaults(world);
        return id;
      },
      remove: (id) => {
        const found = removeFault(world, id);
        applyFaults(world);
        return found;
      },
      clear: () => {
        for (const { id } of [...world.faults]) removeFault(world, id);
        applyFaults(world);
      },
      list: () => [...world.faults],
    },
    inspect: () => inspect(world),
  };
};

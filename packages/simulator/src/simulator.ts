import { advanceWorld, applyFaults } from './advance.ts';
import { addGuest, type GuestInput, removeGuest } from './change-guests.ts';
import { describeCluster } from './describe-cluster.ts';
import type { Description, DescriptionInput } from './description.ts';
import type { FaultInput } from './fault.ts';
import { addFault, removeFault } from './faults.ts';
import { createPast } from './history.ts';
import { inspect, type Truth } from './inspect.ts';
import { planCluster } from './plan.ts';
import { createPublished } from './published.ts';
import { parseTrace } from './trace.ts';
import type { Answer, Request } from './wire/answer.ts';
import { handleRequest } from './wire/handle.ts';
import { type ActiveFault, beginWorld } from './world.ts';

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
  /** Guests that come and go while it runs; a description's own need no call. */
  guests: {
    add: (guest: GuestInput) => void;
    remove: (vmid: number) => boolean;
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
  const tables = Object.fromEntries(traces);
  const world = beginWorld(planCluster(description, tables));
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
    guests: {
      add: (guest) => addGuest(world, tables, guest),
      remove: (vmid) => removeGuest(world, vmid),
    },
    inspect: () => inspect(world),
  };
};

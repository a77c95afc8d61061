import type { GuestPlan } from './plan.ts';
import { noise } from './random.ts';
import { MIB, MINUTE } from './units.ts';
import { heldAt, type NodeState, segmentAt, type World, wantedShare, within } from './world.ts';

export type GuestLoad = {
  vmid: number;
  running: boolean;
  /** Cores. */
  demand: number;
  served: number;
  mem: number;
  memhost: number;
};

/** The truth about a node at a moment. */
export type NodeLoad = {
  /** Cores that guests, host and migrations want. */
  demand: number;
  /** Share of its threads in use, at most 1. */
  cpu: number;
  mem: number;
  iowait: number;
  /** Share of the demand for CPU that it could not serve, percent. */
  pressure_cpu: number;
  pressure_memory: number;
  pressure_io: number;
  guests: Map<number, GuestLoad>;
};

/** Bytes that the host holds for a guest: what it has touched and the process around it. */
export const residentMemory = (guest: GuestPlan, at: number): number => {
  const used = guest.memory_used(at);
  return guest.type === 'lxc' ? used : Math.min(Math.round(guest.memory * 1.02), Math.round(used * 1.06 + 96 * MIB));
};

const STILL: Omit<GuestLoad, 'vmid'> = { running: false, demand: 0, served: 0, mem: 0, memhost: 0 };

const guestLoad = (world: World, vmid: number, at: number, slowdown: number): GuestLoad => {
  const guest = world.guests.get(vmid);
  if (!guest?.plan || !segmentAt(guest, at).running) return { vmid, ...STILL };
  const { plan } = guest;
  const demand = plan.status === 'paused' ? 0 : plan.vcpus * wantedShare(guest, at) * (1 - slowdown);
  return { vmid, running: true, demand, served: demand, mem: plan.memory_used(at), memhost: residentMemory(plan, at) };
};

/** PSI as this model has it: a little above 70 % of the threads, then what cannot be served. */
const cpuPressure = (ratio: number): number => {
  if (ratio <= 0.7) return 0;
  return ratio <= 1 ? 8 * ((ratio - 0.7) / 0.3) ** 2 : Math.min(100, 8 + 92 * (1 - 1 / ratio));
};

/** What a node carries at any moment, from who is there and what they want: nothing is remembered between two moments. */
export const evaluateNode = (world: World, node: NodeState, at: number): NodeLoad => {
  const { plan } = node;
  const guests = new Map<number, GuestLoad>();
  if (within(node.down, at))
    return { demand: 0, cpu: 0, mem: 0, iowait: 0, pressure_cpu: 0, pressure_memory: 0, pressure_io: 0, guests };
  const busy = node.busy.filter((b) => b.from <= at && at < b.to);
  const slowdown = new Map(busy.filter((b) => b.slowdown > 0).map((b) => [b.vmid, b.slowdown]));
  let wanted = 0.05 + 0.004 * plan.threads;
  let mem = plan.host_memory;
  for (const b of busy) {
    wanted += b.cores;
    mem += b.memory;
  }
  for (const vmid of heldAt(node.residents, at).vmids) {
    const load = guestLoad(world, vmid, at, slowdown.get(vmid) ?? 0);
    guests.set(vmid, load);
    wanted += load.demand;
    mem += load.memhost;
  }
  const ratio = wanted / plan.threads;
  if (ratio > 1) for (const load of guests.values()) load.served = load.demand / ratio;
  const over = mem / plan.memory;
  const iowait = Math.max(0, 0.006 + 0.006 * noise(plan.key ^ 0x10, at / MINUTE));
  return {
    demand: wanted,
    cpu: Math.min(1, ratio),
    mem: Math.min(mem, plan.memory),
    iowait,
    pressure_cpu: cpuPressure(ratio),
    pressure_memory: over > 0.95 ? Math.min(100, (over - 0.95) * 400) : 0,
    pressure_io: iowait * 60,
    guests,
  };
};

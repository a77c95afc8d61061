import { evaluateNode, type GuestLoad, type NodeLoad } from './evaluate.ts';
import type { GuestPlan } from './plan.ts';
import { chance } from './random.ts';
import { MINUTE } from './units.ts';
import { type GuestState, type NodeState, segmentAt, type World } from './world.ts';

const PERIOD = 10_000;

/** When a node last told the cluster its figures: every ten seconds, each node at its own second; undefined when too long ago. */
const lastTick = (world: World, node: NodeState): number | undefined => {
  const stopped = [...node.down, ...node.silent].filter((span) => span.from <= world.now && world.now < span.to);
  const until = Math.min(world.now, ...stopped.map((span) => span.from - 1));
  const tick = Math.floor((until - node.plan.phase) / PERIOD) * PERIOD + node.plan.phase;
  return world.now - tick > 5 * MINUTE ? undefined : tick;
};

export type Published = { tick: number; load: NodeLoad } | undefined;

/** Figures as of each node's last tick, evaluated once a tick. */
export const createPublished = (world: World): ((node: NodeState) => Published) => {
  const cache = new Map<string, { tick: number; load: NodeLoad }>();
  return (node) => {
    const tick = lastTick(world, node);
    if (tick === undefined) return undefined;
    const held = cache.get(node.plan.name);
    if (held?.tick === tick) return held;
    const fresh = { tick, load: evaluateNode(world, node, tick) };
    cache.set(node.plan.name, fresh);
    return fresh;
  };
};

export type GuestFigures = {
  running: boolean;
  cpu: number;
  maxcpu: number;
  mem: number;
  memhost: number;
  uptime: number;
  netin: number;
  netout: number;
  diskread: number;
  diskwrite: number;
};

/** Bytes a second; it sways around its mean so that the sum, too, has a closed form and never falls. */
const SWAY = 7 * MINUTE;
const rates = { netin: 1, netout: 2, diskread: 3, diskwrite: 4 } as const;
export type CounterName = keyof typeof rates;

const meanRate = (guest: GuestPlan, name: CounterName): number =>
  guest.vcpus * 4000 * 10 ** (3 * chance(guest.key, rates[name]));

/** Bytes a second at a moment. */
export const rateAt = (guest: GuestPlan, name: CounterName, at: number): number =>
  meanRate(guest, name) * (1 + 0.5 * Math.sin((2 * Math.PI * at) / SWAY + rates[name]));

const counter = (guest: GuestPlan, name: CounterName, from: number, at: number): number => {
  const wave = (t: number) => -Math.cos((2 * Math.PI * t) / SWAY + rates[name]) * (SWAY / (2 * Math.PI));
  return Math.max(0, Math.round((meanRate(guest, name) * (at - from + 0.5 * (wave(at) - wave(from)))) / 1000));
};

const NOTHING = { cpu: 0, mem: 0, memhost: 0, uptime: 0, netin: 0, netout: 0, diskread: 0, diskwrite: 0 };

/**
 * A guest as its node last published it; undefined when that node has not yet spoken of it (it just came, or the node is silent).
 * The first word after a start says nothing of CPU, which takes two.
 */
export const guestFigures = (guest: GuestState, node: NodeState, published: Published): GuestFigures | undefined => {
  if (!published) return undefined;
  const { tick, load } = published;
  const found: GuestLoad | undefined = load.guests.get(guest.plan.vmid);
  if (!found) return undefined;
  const maxcpu = Math.min(guest.plan.vcpus, node.plan.threads);
  const { running, started, from } = segmentAt(guest, tick);
  if (!running || !found.running) return { running: false, maxcpu, ...NOTHING };
  const count = (name: CounterName) => counter(guest.plan, name, Math.max(started, guest.recounted), tick);
  return {
    running: true,
    maxcpu,
    cpu: tick - from < PERIOD ? 0 : found.served / maxcpu,
    mem: found.mem,
    memhost: found.memhost,
    uptime: Math.max(1, Math.floor((tick - started) / 1000)),
    netin: count('netin'),
    netout: count('netout'),
    diskread: count('diskread'),
    diskwrite: count('diskwrite'),
  };
};

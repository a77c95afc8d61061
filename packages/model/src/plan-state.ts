import type { ClusterSample, Config, GuestProfile, GuestSample, NodeSample, NodeScore } from '@evenkeel/contracts';
import { byText } from './by-text.ts';
import { z90 } from './chance.ts';
import { usableBytes, usedBytes } from './guest-memory.ts';
import { localHour } from './local-time.ts';
import {
  burstDeviation,
  carriedForward,
  cpuCurve,
  iowaitCurve,
  memoryCurve,
  type NodeLoad,
  overcommitCurve,
  pressureCurve,
} from './penalty.ts';
import { type GuestPrediction, occupiedBytes, predictGuest } from './predict.ts';
import { millis } from './time.ts';

/** A guest as the plan sees it, at its index in `guests`. */
export type PlannedGuest = { sample: GuestSample; prediction: GuestPrediction };

/** Nodes under the load that is predicted for their residents and for what is on its way to them; moves are applied to it. */
export type PlanState = {
  nodes: readonly NodeSample[];
  guests: readonly PlannedGuest[];
  nodeIndex: ReadonlyMap<string, number>;
  guestIndex: ReadonlyMap<string, number>;
  prices: Config['penalty_config'];
  /** By node: cores of the reference, bytes that guests may use, bytes that there are. */
  capacity: Float64Array;
  memory: Float64Array;
  /** By guest: index of its node. */
  where: Int32Array;
  /** By node: sums over its residents, host included. */
  cores: Float64Array;
  hours: Float64Array;
  shaped: Int32Array;
  /** By node and hour of the week: what weekly peaks need beyond that; empty where no guest has one. */
  week: Float64Array;
  margin2: Float64Array;
  spikes2: Float64Array;
  variance: Float64Array;
  /** Cores by which its residents are away from what is usual for them. */
  away: Float64Array;
  mem: Float64Array;
  assigned: Float64Array;
  wait: Float64Array;
  /** Pressure in percent of a core, and the significant rise in cores an hour. */
  pressure: Float64Array;
  rise: Float64Array;
  /** By guest: its share of the IO wait, in cores; its shares of pressure and rise. */
  guestWait: Float64Array;
  guestPressure: Float64Array;
  guestRise: Float64Array;
  /** Node by guest; kept up with `where`. */
  placement: Record<string, string>;
};

/** How full a target may become: fractions of its cores and of the memory that guests may use. */
export type Caps = { cpu: number; mem: number; assigned: number };

export function capsOf(config: Config): Caps {
  const checks = config.automated_migrations.safety_checks;
  return {
    cpu: checks.max_node_cpu_percent / 100,
    mem: checks.max_node_memory_percent / 100,
    assigned: checks.max_memory_assigned_percent / 100,
  };
}

const byGuest = (a: GuestSample, b: GuestSample): number => a.vmid - b.vmid || byText(a.guest, b.guest);
const byName = (a: NodeSample, b: NodeSample): number => byText(a.node, b.node);

/** Work that a node can do, in cores of the cluster's reference. */
export const capacityOf = (node: NodeSample): number => Math.max(0.01, node.maxcpu * node.speed_factor);

/** Where each guest is, or will be once the migrations that run now have ended. */
export function placements(sample: Pick<ClusterSample, 'guests' | 'running_migrations'>): Record<string, string> {
  const placed: Record<string, string> = {};
  for (const guest of sample.guests) placed[guest.guest] = guest.node;
  for (const move of sample.running_migrations) if (move.target && placed[move.guest]) placed[move.guest] = move.target;
  return placed;
}

/** By node: the significant rise of its CPU, fraction an hour. */
export type Rises = ReadonlyMap<string, number>;

/** The rises of the nodes whose load rises for certain; a fall counts as none. */
export const risesOf = (scores: readonly Pick<NodeScore, 'node' | 'trend'>[]): Rises =>
  new Map(scores.flatMap(({ node, trend }) => (trend.direction === 'rising' ? [[node, trend.cpu_per_hour]] : [])));

const noRises: Rises = new Map();

/** The state of a cluster as its profiles predict it; the order of nodes, guests and profiles does not matter. */
export function planState(
  sample: ClusterSample,
  profiles: readonly GuestProfile[],
  config: Config,
  rises: Rises = noRises,
): PlanState {
  const nodes = [...sample.nodes].sort(byName);
  const nodeIndex = new Map(nodes.map((n, i) => [n.node, i]));
  const known = new Map(profiles.map((p) => [p.guest, p]));
  const placement = placements(sample);
  const timezone = config.clusters.find((c) => c.name === sample.cluster)?.timezone ?? 'UTC';
  const hour = localHour(millis(sample.at), timezone);
  const settings = { prices: config.penalty_config, hour };
  const guests = sample.guests
    .filter((g) => g.status !== 'stopped' && !g.template && nodeIndex.has(placement[g.guest]!))
    .sort(byGuest)
    .map((guest) => {
      const speed_factor = nodes[nodeIndex.get(guest.node) ?? -1]?.speed_factor ?? 1;
      return { sample: guest, prediction: predictGuest(guest, known.get(guest.guest), { ...settings, speed_factor }) };
    });
  const state = emptyState(nodes, nodeIndex, guests, config, placement);
  addHosts(state, config.nodes);
  shareOut(state, rises);
  for (let g = 0; g < guests.length; g++) {
    const n = nodeIndex.get(placement[guests[g]!.sample.guest]!)!;
    state.where[g] = n;
    shift(state, g, n, 1);
  }
  return state;
}

function emptyState(
  nodes: readonly NodeSample[],
  nodeIndex: ReadonlyMap<string, number>,
  guests: readonly PlannedGuest[],
  config: Config,
  placement: Record<string, string>,
): PlanState {
  const perNode = () => new Float64Array(nodes.length);
  return {
    nodes,
    guests,
    nodeIndex,
    guestIndex: new Map(guests.map((g, i) => [g.sample.guest, i])),
    prices: config.penalty_config,
    capacity: Float64Array.from(nodes, capacityOf),
    memory: Float64Array.from(nodes, (n) => usableBytes(n, config.nodes)),
    where: new Int32Array(guests.length).fill(-1),
    cores: perNode(),
    hours: new Float64Array(nodes.length * 24),
    shaped: new Int32Array(nodes.length),
    week: new Float64Array(guests.some((g) => g.prediction.weekly) ? nodes.length * 168 : 0),
    margin2: perNode(),
    spikes2: perNode(),
    variance: perNode(),
    away: perNode(),
    mem: perNode(),
    assigned: perNode(),
    wait: perNode(),
    pressure: perNode(),
    rise: perNode(),
    guestWait: new Float64Array(guests.length),
    guestPressure: new Float64Array(guests.length),
    guestRise: new Float64Array(guests.length),
    placement,
  };
}

/** What a node uses beyond its guests is the host's own, and stays, its memory as far as it is beyond the reserve; IO wait is shared out by what each guest reads and writes. */
function addHosts(state: PlanState, reserves: Config['nodes']): void {
  const own = state.nodes.map((n) => ({ cores: n.cpu * capacityOf(n), guests: 0, io: 0 }));
  for (const { sample, prediction } of state.guests) {
    const node = state.nodeIndex.get(sample.node);
    if (node === undefined) continue;
    own[node]!.cores -= sample.cpu * sample.maxcpu * state.nodes[node]!.speed_factor;
    own[node]!.guests += occupiedBytes(sample);
    own[node]!.io += prediction.io;
  }
  own.forEach((host, n) => {
    const node = state.nodes[n]!;
    if (node.status !== 'online') return;
    state.cores[n] = Math.max(0, host.cores);
    state.mem[n] = Math.max(0, usedBytes(node, host.guests, reserves) - host.guests);
    if (host.io <= 0) state.wait[n] = (node.iowait ?? 0) * state.capacity[n]!;
  });
  state.guests.forEach(({ sample, prediction }, g) => {
    const node = state.nodeIndex.get(sample.node);
    if (node === undefined || own[node]!.io <= 0) return;
    state.guestWait[g] = ((state.nodes[node]!.iowait ?? 0) * state.capacity[node]! * prediction.io) / own[node]!.io;
  });
}

const busyCores = (state: PlanState, sample: GuestSample, n: number): number =>
  sample.cpu * sample.maxcpu * state.nodes[n]!.speed_factor;

/** A node's pressure and rise go with its guests, each by its part of the CPU; what the host itself uses keeps its part. */
function shareOut(state: PlanState, rises: Rises): void {
  state.nodes.forEach(({ node, status, pressure }, n) => {
    if (status !== 'online') return;
    state.pressure[n] = Math.max(0, pressure?.cpu_some ?? 0) * state.capacity[n]!;
    state.rise[n] = Math.max(0, rises.get(node) ?? 0) * state.capacity[n]!;
  });
  if (!state.pressure.some((p) => p > 0) && !state.rise.some((r) => r > 0)) return;
  const busy = new Float64Array(state.nodes.length);
  state.guests.forEach(({ sample }) => {
    const n = state.nodeIndex.get(sample.node);
    if (n !== undefined) busy[n]! += busyCores(state, sample, n);
  });
  const whole = state.nodes.map((node, n) => Math.max(busy[n]!, node.cpu * state.capacity[n]!));
  const [pressure, rise] = [state.pressure.slice(), state.rise.slice()];
  state.guests.forEach(({ sample }, g) => {
    const n = state.nodeIndex.get(sample.node);
    if (n === undefined || whole[n]! <= 0) return;
    const share = busyCores(state, sample, n) / whole[n]!;
    state.guestPressure[g] = share * pressure[n]!;
    state.guestRise[g] = share * rise[n]!;
    state.pressure[n]! -= state.guestPressure[g]!;
    state.rise[n]! -= state.guestRise[g]!;
  });
}

function shift(state: PlanState, g: number, n: number, sign: 1 | -1): void {
  const { prediction: p, sample } = state.guests[g]!;
  state.cores[n]! += sign * p.cores;
  state.margin2[n]! += sign * p.margin_cores ** 2;
  state.spikes2[n]! += sign * spikeOf(p) ** 2;
  state.variance[n]! += sign * p.mean_sd_cores ** 2;
  state.away[n]! += sign * p.away_cores;
  state.mem[n]! += sign * p.mem_bytes;
  state.assigned[n]! += sign * sample.maxmem;
  state.wait[n]! += sign * state.guestWait[g]!;
  state.pressure[n]! += sign * state.guestPressure[g]!;
  state.rise[n]! += sign * state.guestRise[g]!;
  if (p.weekly) for (let h = 0; h < 168; h++) state.week[n * 168 + h]! += sign * p.weekly[h]!;
  if (!p.hourly) return;
  state.shaped[n]! += sign;
  for (let h = 0; h < 24; h++) state.hours[n * 24 + h]! += sign * p.hourly[h]!;
}

const spikeOf = (p: GuestPrediction): number => Math.max(p.margin_cores, z90 * p.sd_cores);

/** Puts a guest on another node. */
export function applyMove(state: PlanState, guest: number, target: number): void {
  shift(state, guest, state.where[guest]!, -1);
  shift(state, guest, target, 1);
  state.where[guest] = target;
  state.placement[state.guests[guest]!.sample.guest] = state.nodes[target]!.node;
}

type Changed = { cores: number; sd: number; shaped: boolean; rest: number };

/** A node with some guests more or fewer: its CPU as it is carried forward by its rise, and the points of everything else. */
function changed(state: PlanState, n: number, unit: readonly number[], sign: 1 | -1 | 0, extra: number): Changed {
  let cores = state.cores[n]! + extra;
  let spikes2 = state.spikes2[n]!;
  let mem = state.mem[n]!;
  let assigned = state.assigned[n]!;
  let wait = state.wait[n]!;
  let pressure = state.pressure[n]!;
  let rise = state.rise[n]!;
  let shaped = state.shaped[n]! > 0;
  if (sign !== 0)
    for (const g of unit) {
      const p = state.guests[g]!.prediction;
      cores += sign * p.cores;
      spikes2 += sign * spikeOf(p) ** 2;
      mem += sign * p.mem_bytes;
      assigned += sign * state.guests[g]!.sample.maxmem;
      wait += sign * state.guestWait[g]!;
      pressure += sign * state.guestPressure[g]!;
      rise += sign * state.guestRise[g]!;
      if (p.hourly) shaped = true;
    }
  const { prices } = state;
  const capacity = state.capacity[n]!;
  const rest =
    prices.weight_memory * memoryCurve(mem / state.memory[n]!) +
    prices.weight_iowait * iowaitCurve(wait / capacity) +
    prices.weight_overcommit * overcommitCurve(assigned / state.memory[n]!) +
    prices.weight_pressure * pressureCurve(pressure / capacity);
  cores += carriedForward(rise, prices);
  return { cores, sd: burstDeviation(Math.sqrt(Math.max(0, spikes2)) / capacity, prices), shaped, rest };
}

/**
 * Penalty of a node with some guests more (`sign` 1) or fewer (−1): the mean over the 24 hours of the coming day.
 * `extra` cores are added to see how sure the figure is.
 */
export function penaltyWith(state: PlanState, n: number, unit: readonly number[], sign: 1 | -1 | 0, extra = 0): number {
  const { cores, sd, shaped, rest } = changed(state, n, unit, sign, extra);
  if (!shaped) return state.prices.weight_cpu * cpuCurve(cores / state.capacity[n]!, sd) + rest;
  let points = 0;
  for (let h = 0; h < 24; h++)
    points += cpuCurve((cores + hourShift(state, n, unit, sign, h)) / state.capacity[n]!, sd);
  return (state.prices.weight_cpu * points) / 24 + rest;
}

function hourShift(state: PlanState, n: number, unit: readonly number[], sign: number, hour: number): number {
  let cores = state.hours[n * 24 + hour]!;
  if (sign !== 0) for (const g of unit) cores += sign * (state.guests[g]!.prediction.hourly?.[hour] ?? 0);
  return cores;
}

export const penaltyOf = (state: PlanState, n: number): number => penaltyWith(state, n, [], 0);

const slopeStep = 1e-4;

/** Points that the next core costs on a node: since penalties are convex, none after it costs less. */
export const slopeOf = (state: PlanState, n: number): number =>
  (penaltyWith(state, n, [], 0, slopeStep) - penaltyOf(state, n)) / slopeStep;

/** Penalty of a node as it is, in each hour of the day, hour 0 first; with some guests more or fewer as above. */
export function hourlyPenalties(
  state: PlanState,
  n: number,
  unit: readonly number[] = [],
  sign: 1 | -1 | 0 = 0,
  extra = 0,
): number[] {
  const { cores, sd, shaped, rest } = changed(state, n, unit, sign, extra);
  const points: number[] = [];
  for (let h = 0; h < 24; h++) {
    const shift = shaped ? hourShift(state, n, unit, sign, h) : 0;
    points.push(state.prices.weight_cpu * cpuCurve((cores + shift) / state.capacity[n]!, sd) + rest);
  }
  return points;
}

/** CPU that is expected of a node at an hour of the day, fraction. */
export function cpuAt(state: PlanState, n: number, hour: number): number {
  const shift = state.shaped[n]! > 0 ? state.hours[n * 24 + hour]! : 0;
  return Math.max(0, state.cores[n]! + shift) / state.capacity[n]!;
}

/** Cores that the busiest hour of the day, or of the week where a guest has a peak there, needs beyond the mean; not less than `least`. */
function busiest(state: PlanState, n: number, unit: readonly number[], least: number): number {
  const hours = state.week.length > 0 ? 168 : 24;
  let top = least;
  for (let h = 0; h < hours; h++) {
    let cores = state.hours[n * 24 + (h % 24)]!;
    if (hours === 168) cores += state.week[n * 168 + h]!;
    for (const g of unit) {
      const { hourly, weekly } = state.guests[g]!.prediction;
      cores += (hourly?.[h % 24] ?? 0) + (weekly?.[h] ?? 0);
    }
    top = Math.max(top, cores);
  }
  return top;
}

/** What a place must be ready for: the busiest hour of day or week and the bursts on top, as a fraction. */
export function peakCpu(state: PlanState, n: number): number {
  const top = state.shaped[n]! > 0 || state.week.length > 0 ? busiest(state, n, [], 0) : 0;
  return (state.cores[n]! + top + Math.sqrt(Math.max(0, state.margin2[n]!))) / state.capacity[n]!;
}

/** Whether a node has room for some guests: busiest hour of day or week with bursts, memory in use and memory assigned stay below the caps. */
export function fits(state: PlanState, n: number, unit: readonly number[], caps: Caps): boolean {
  let [peak, margin2, mem, assigned] = [state.cores[n]!, state.margin2[n]!, state.mem[n]!, state.assigned[n]!];
  let shaped = state.shaped[n]! > 0 || state.week.length > 0;
  for (const g of unit) {
    const { prediction: p, sample } = state.guests[g]!;
    peak += p.cores;
    margin2 += p.margin_cores ** 2;
    mem += p.mem_bytes;
    assigned += sample.maxmem;
    if (p.hourly) shaped = true;
  }
  if (mem > caps.mem * state.memory[n]! || assigned > caps.assigned * state.memory[n]!) return false;
  const room = caps.cpu * state.capacity[n]! - Math.sqrt(Math.max(0, margin2)) - peak;
  return room >= 0 && (!shaped || busiest(state, n, unit, Number.NEGATIVE_INFINITY) <= room);
}

/** Mean CPU that is expected of a node over the coming day, fraction. */
export const meanCpu = (state: PlanState, n: number): number => state.cores[n]! / state.capacity[n]!;

/** Memory in use, fraction of what guests may use. */
export const usedMemory = (state: PlanState, n: number): number => state.mem[n]! / state.memory[n]!;

/** Memory assigned to guests, fraction of what they may use. */
export const assignedMemory = (state: PlanState, n: number): number => state.assigned[n]! / state.memory[n]!;

/** The predicted loads of a node, as its penalty is computed from. */
export function nodeLoad(state: PlanState, n: number): NodeLoad {
  return {
    cpu: meanCpu(state, n),
    mem: usedMemory(state, n),
    iowait: state.wait[n]! / state.capacity[n]!,
    spikes: Math.sqrt(Math.max(0, state.spikes2[n]!)) / state.capacity[n]!,
    assigned: assignedMemory(state, n),
    pressure: Math.max(0, state.pressure[n]! / state.capacity[n]!),
    rise_per_hour: Math.max(0, state.rise[n]! / state.capacity[n]!),
  };
}

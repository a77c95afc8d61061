import {
  fits,
  inMaintenance,
  mayMove,
  meanCpu,
  type PlanState,
  penaltyOf,
  penaltyWith,
  slopeOf,
  usedMemory,
} from '@evenkeel/model';
import { type Copies, copiesOf } from './copies-of.ts';
import { chanceOfRelief, costOf, type Planning, slopesOf } from './planned-move.ts';
import { steadfast } from './steadfast.ts';
import { guestSuccess } from './success.ts';
import { takingPart } from './taking-part.ts';
import { areAllowedOn, unitOf } from './unit-of.ts';

/** Points that a move off a node over its cap must bring at least. */
const capRelief = 1;
/** Chance that a target must have of being better off than the source was. */
export const leastRelief = 0.85;

type Unit = {
  guests: readonly number[];
  /** Points per hour that moving it costs at least, without what it adds to the target meanwhile; and the cores of that. */
  price: number;
  /** What it costs less where copies of its disks are; `price` counts on the most of that. */
  copies: Copies;
  load: number;
  /** Hours for which what it brings counts. */
  hours: number;
  weight: number;
  /** Cores that it brings for certain at every hour; 0 where it has a rhythm. */
  cores: number;
  last?: string | undefined;
};
type Candidate = { unit: Unit; target: number; worth: number };
export type Search = {
  units: Unit[];
  gains: Float64Array;
  fresh: Uint8Array;
  targets: number[];
  targetPenalty: Float64Array;
  /** Points that the next core costs on a target: since penalties are convex, no core costs less. */
  slope: Float64Array;
  /** Points that each unit would add to each target, by unit and node; NaN until somebody asks. */
  added: Float64Array;
};

/** Guests that go together or not at all, where each of them may move; one unit per group and node, of all guests or of some. */
export function unitsOf(
  planning: Planning,
  hoursOf: (guest: number) => number,
  now: number,
  among: Iterable<number> = planning.state.guests.keys(),
): Unit[] {
  const { state, ctx, taken, memory, config } = planning;
  const slopes = slopesOf(state);
  const learns = config.intelligent_migrations.guest_success_tracking_enabled;
  const successOf = learns ? guestSuccess(memory, now) : () => 1;
  const seen = new Set<number>();
  const units: Unit[] = [];
  for (const g of among) {
    if (seen.has(g)) continue;
    const id = state.guests[g]!.sample.guest;
    const guests = unitOf(planning, id);
    for (const member of guests) seen.add(member);
    const free = guests.every((m) => !taken.has(m) && mayMove(state.guests[m]!.sample.guest, ctx) === null);
    if (!free || inMaintenance(state.nodes[state.where[g]!]!, ctx.config)) continue;
    const costs = guests.map((m) => ({ hours: hoursOf(m), ...costOf(planning, m, state.where[m]!, slopes) }));
    const copies = copiesOf(planning, guests, hoursOf);
    const price = costs.reduce((sum, c) => sum + c.points / c.hours, 0) - copies.most;
    const load = costs.reduce((sum, c) => sum + c.core_hours / c.hours, 0);
    const weight = Math.min(...guests.map((m) => successOf(state.guests[m]!.sample)));
    const flat = guests.every((m) => !state.guests[m]!.prediction.hourly);
    const cores = flat ? guests.reduce((sum, m) => sum + state.guests[m]!.prediction.cores, 0) : 0;
    units.push({
      guests,
      price,
      copies,
      load,
      hours: Math.min(...costs.map((c) => c.hours)),
      weight,
      cores,
      last: memory.last_run[id],
    });
  }
  return units;
}

export function startSearch(planning: Planning, units: Unit[]): Search {
  const { state } = planning;
  return {
    units,
    gains: new Float64Array(units.length),
    fresh: new Uint8Array(state.nodes.length),
    targets: takingPart(planning),
    targetPenalty: new Float64Array(state.nodes.length),
    slope: new Float64Array(state.nodes.length),
    added: new Float64Array(units.length * state.nodes.length).fill(Number.NaN),
  };
}

/** Notes that what is on the two nodes of a move has changed. */
export function noteMove({ fresh }: Search, { source, target }: { source: number; target: number }): void {
  fresh[source] = 0;
  fresh[target] = 0;
}

/** Brings what is known of changed nodes up to date: their penalties, and what each of their units would relieve them of. */
export function refresh({ state }: Planning, search: Search): void {
  for (const n of search.targets) {
    if (search.fresh[n]) continue;
    search.targetPenalty[n] = penaltyOf(state, n);
    search.slope[n] = slopeOf(state, n);
    for (let at = n; at < search.added.length; at += state.nodes.length) search.added[at] = Number.NaN;
  }
  search.units.forEach((unit, u) => {
    const n = state.where[unit.guests[0]!]!;
    if (!search.fresh[n]) search.gains[u] = penaltyOf(state, n) - penaltyWith(state, n, unit.guests, -1);
  });
  search.fresh.fill(1);
}

const overCap = ({ state, caps }: Planning, n: number): boolean =>
  meanCpu(state, n) > caps.cpu || usedMemory(state, n) > caps.mem;

/** The worth of a move for ranking: points it brings over its price, more where it was recommended before, less for a guest that fared badly. */
function worth(planning: Planning, unit: Unit, target: number, net: number): number {
  const again = unit.last === planning.state.nodes[target]!.node ? steadfast : 1;
  return net * again * unit.weight;
}

function addedTo(state: PlanState, { units, added, targetPenalty }: Search, u: number, target: number): number {
  const at = u * state.nodes.length + target;
  if (Number.isNaN(added[at])) added[at] = penaltyWith(state, target, units[u]!.guests, 1) - targetPenalty[target]!;
  return added[at]!;
}

/** Points an hour that it costs to move a unit to a node. */
function priceOf({ slope }: Search, { price, copies, load }: Unit, target: number): number {
  const here = copies.most - (copies.saved.get(target) ?? 0);
  return price + here + load * slope[target]!;
}

/** Points that a unit brings over its price when it goes to a node; by what is fresh. */
export const netOf = ({ state }: Planning, search: Search, u: number, target: number): number =>
  search.gains[u]! - addedTo(state, search, u, target) - priceOf(search, search.units[u]!, target);

/**
 * Points that a move must bring over its price: fewer off a node over its cap, and more for what was seen for a few hours only
 * and may be over as soon.
 */
export function askedOf(planning: Planning, source: number, hours: number): number {
  const { penalty_config, cost_model } = planning.config;
  const { min_score_improvement: asked, newcomer_markup } = penalty_config;
  if (overCap(planning, source)) return Math.min(capRelief, asked);
  return asked * (1 + newcomer_markup * Math.max(0, 1 / hours - 1 / cost_model.benefit_horizon_hours));
}

/** Whether a unit has room on a node, breaks no rule there, and is likely to make the node better off than its own was. */
export function suits(planning: Planning, { guests }: Unit, target: number): boolean {
  const { state, caps } = planning;
  return (
    fits(state, target, guests, caps) &&
    areAllowedOn(planning, guests, target) &&
    chanceOfRelief(state, guests, state.where[guests[0]!]!, target) >= leastRelief
  );
}

function bestTarget(planning: Planning, search: Search, u: number, floor: number): Candidate | undefined {
  const { state } = planning;
  const unit = search.units[u]!;
  const source = state.where[unit.guests[0]!]!;
  const asked = askedOf(planning, source, unit.hours);
  let best: Candidate | undefined;
  for (const target of search.targets) {
    const price = priceOf(search, unit, target);
    const most = (search.gains[u]! - 0.99 * search.slope[target]! * unit.cores - price) * steadfast;
    if (target === source || most <= (best?.worth ?? floor)) continue;
    const net = netOf(planning, search, u, target);
    const value = worth(planning, unit, target, net);
    if (net < asked || value <= (best?.worth ?? floor) || !suits(planning, unit, target)) continue;
    best = { unit, target, worth: value };
  }
  return best;
}

/** The move that is worth most; units are looked at by what they relieve their node of, until none left can do better. */
export function bestMove(planning: Planning, search: Search): Candidate | undefined {
  refresh(planning, search);
  const asked = Math.min(capRelief, planning.config.penalty_config.min_score_improvement);
  const order = Array.from(search.units.keys())
    .filter(
      (u) => search.gains[u]! - search.units[u]!.price >= asked && !planning.taken.has(search.units[u]!.guests[0]!),
    )
    .sort((a, b) => search.gains[b]! - search.gains[a]! || a - b);
  let best: Candidate | undefined;
  for (const u of order) {
    if (best && search.gains[u]! * steadfast <= best.worth) break;
    best = bestTarget(planning, search, u, best?.worth ?? 0) ?? best;
  }
  return best;
}

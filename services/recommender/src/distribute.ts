import { fits, mayMove, type PlanState, penaltyOf, penaltyWith } from '@evenkeel/model';
import { costOf, makeMove, type PlannedMove, type Planning, slopesOf } from './planned-move.ts';
import { takingPart } from './taking-part.ts';
import { areAllowedOn, unitOf } from './unit-of.ts';

const GiB = 2 ** 30;
/** Penalty points that are nothing but rounding. */
const rounding = 1e-9;

type Unit = { guests: readonly number[]; price: number };

/** Nodes that have guests or may take some, each with how many run there. */
function countsOf(planning: Planning): Map<number, number> {
  const counts = new Map(takingPart(planning).map((n) => [n, 0]));
  for (const n of planning.state.where) if (counts.has(n)) counts.set(n, counts.get(n)! + 1);
  return counts;
}

/** Guests that are small enough to be spread by number, with those that go with them; each must be so. */
function smallUnits(planning: Planning): Unit[] {
  const { state, ctx, config, taken } = planning;
  const { max_cpu_cores, max_memory_gb } = config.distribution_balancing;
  const slopes = slopesOf(state);
  const small = (g: number): boolean => {
    const { maxcpu, maxmem } = state.guests[g]!.sample;
    return (max_cpu_cores === 0 || maxcpu <= max_cpu_cores) && (max_memory_gb === 0 || maxmem <= max_memory_gb * GiB);
  };
  return state.guests
    .flatMap(({ sample: { guest } }, g): Unit[] => {
      const guests = unitOf(planning, guest);
      const free = guests.every(
        (m) => !taken.has(m) && small(m) && mayMove(state.guests[m]!.sample.guest, ctx) === null,
      );
      if (!free || guests.some((m) => m < g)) return [];
      return [
        { guests, price: guests.reduce((sum, m) => sum + costOf(planning, m, state.where[m]!, slopes).points, 0) },
      ];
    })
    .sort((a, b) => a.price - b.price || a.guests[0]! - b.guests[0]!);
}

const isWorse = (state: PlanState, guests: readonly number[], source: number, target: number): boolean =>
  penaltyWith(state, source, guests, -1) + penaltyWith(state, target, guests, 1) >
  penaltyOf(state, source) + penaltyOf(state, target) + rounding;

/** Whether some guests may go to a node: within its room, by every rule, and without making the two nodes worse. */
function mayGo(planning: Planning, guests: readonly number[], target: number): boolean {
  const { state, caps } = planning;
  const source = state.where[guests[0]!]!;
  return (
    fits(state, target, guests, caps) &&
    !isWorse(state, guests, source, target) &&
    areAllowedOn(planning, guests, target)
  );
}

type Step = { unit: Unit; target: number };

/** What the run before proposed, where it still may be done: of units that are as good, noise would choose others each time. */
function sameStep(planning: Planning, units: readonly Unit[], counts: ReadonlyMap<number, number>): Step | undefined {
  const { state, memory, config, taken } = planning;
  for (const unit of units) {
    const first = unit.guests[0]!;
    const target = state.nodeIndex.get(memory.last_run[state.guests[first]!.sample.guest] ?? '');
    const [many, few] = [counts.get(state.where[first]!), counts.get(target ?? -1)];
    if (target === undefined || many === undefined || few === undefined || taken.has(first)) continue;
    const isTooFar = many - few > config.distribution_balancing.guest_count_threshold;
    if (isTooFar && unit.guests.length < many - few && mayGo(planning, unit.guests, target)) return { unit, target };
  }
  return undefined;
}

/** The cheapest unit of the fullest node that may go to the emptiest; of the next two where none may. */
function nextStep(planning: Planning, units: readonly Unit[], counts: ReadonlyMap<number, number>): Step | undefined {
  const { guest_count_threshold: tolerated } = planning.config.distribution_balancing;
  const nodes = [...counts].sort(([a, x], [b, y]) => y - x || a - b);
  for (const [source, many] of nodes)
    for (const [target, few] of nodes.toReversed()) {
      if (many - few <= tolerated) break;
      const unit = units.find(
        ({ guests }) =>
          planning.state.where[guests[0]!] === source &&
          guests.length < many - few &&
          !planning.taken.has(guests[0]!) &&
          mayGo(planning, guests, target),
      );
      if (unit) return { unit, target };
    }
  return undefined;
}

/**
 * Moves that even out how many guests run on each node, by small guests alone: none raises the penalties of its two nodes, and
 * each brings their numbers nearer, so that at constant load they come to an end, also together with those that balance load.
 */
export function distribute(planning: Planning, limit: number): PlannedMove[] {
  if (!planning.config.distribution_balancing.enabled || limit <= 0) return [];
  const counts = countsOf(planning);
  const units = smallUnits(planning);
  const moves: PlannedMove[] = [];
  while (moves.length < limit) {
    const step = sameStep(planning, units, counts) ?? nextStep(planning, units, counts);
    if (!step) break;
    const { unit, target } = step;
    const { state } = planning;
    const source = state.where[unit.guests[0]!]!;
    const [many, few] = [counts.get(source)!, counts.get(target)!];
    const why = `${many} guests run on ${state.nodes[source]!.node}, ${few} on ${state.nodes[target]!.node}`;
    moves.push(makeMove(planning, unit.guests, target, { purpose: 'distribution', why }));
    counts.set(source, many - unit.guests.length);
    counts.set(target, few + unit.guests.length);
  }
  return moves;
}

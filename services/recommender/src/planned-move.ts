import type {
  Chances,
  Config,
  Effect,
  MandatoryReason,
  NodeEffect,
  Recommendation,
  RecommenderMemory,
} from '@evenkeel/contracts';
import {
  applyMove,
  type Caps,
  chanceAbove0,
  hourlyPenalties,
  type MigrationCost,
  migrationCost,
  type PlanState,
  peakCpu,
  penaltyOf,
  penaltyWith,
  type RuleContext,
  slopeOf,
  usedMemory,
} from '@evenkeel/model';
import { learnedOf } from './remember.ts';

/** Everything that planning looks at; `state` is moved along as moves are planned. */
export type Planning = {
  state: PlanState;
  ctx: RuleContext;
  config: Config;
  caps: Caps;
  memory: RecommenderMemory;
  /** Guests that have a move in this run already, or are moving now. */
  taken: Set<number>;
  /** Bytes a second that the cluster allows a migration, where it limits them. */
  limit?: number | undefined;
};

/** What a guest's own part of a step does, after those of the step that go before it. */
export type MemberMove = { effect: Effect; improvement: number; improvement_sd: number };

/** One step of a plan: guests that go together, with what it does to the two nodes at its place in the plan. */
export type PlannedMove = {
  unit: readonly number[];
  /** Guests from other nodes too that come to the target with these or not at all. */
  along?: readonly number[];
  source: number;
  target: number;
  mandatory?: MandatoryReason;
  /** The node that is emptied once this move has made room elsewhere; its source where absent. */
  empties?: number;
  /** It evens out the number of guests, and is worth making as long as it does no harm. */
  purpose?: 'distribution';
  /** It is half of two moves that only pay together, of which `whole` says what they bring. */
  exchange?: NonNullable<Recommendation['exchange']>;
  whole?: { improvement: number; improvement_sd: number; points: number };
  why?: string;
  effect: Effect;
  improvement: number;
  improvement_sd: number;
  /** Chances that it brings something, where it is made for what it brings. */
  chances?: Chances;
  /** By place in `unit`. */
  costs: readonly MigrationCost[];
  members: readonly MemberMove[];
};

const nodeEffect = (state: PlanState, n: number): NodeEffect => ({
  cpu: peakCpu(state, n),
  mem: usedMemory(state, n),
  penalty: penaltyOf(state, n),
});

/** Points that the next core costs on each node as they are now, for whoever asks for the costs of many moves before any is made. */
export const slopesOf = (state: PlanState): Float64Array => Float64Array.from(state.nodes, (_, n) => slopeOf(state, n));

/** Cost of moving a guest, by what was learned on its path and by how busy its two nodes are; for its own node as target, without the other's part. */
export function costOf(planning: Planning, guest: number, target: number, slopes?: Float64Array): MigrationCost {
  const { state, config, memory } = planning;
  const { sample } = state.guests[guest]!;
  const source = state.where[guest]!;
  const slopeAt = (n: number): number => slopes?.[n] ?? slopeOf(state, n);
  const slope = slopeAt(source) + (target === source ? 0 : slopeAt(target));
  const { node } = state.nodes[target]!;
  const learned = learnedOf(memory, sample, node);
  return migrationCost(sample, config.cost_model, { ...learned, limit: planning.limit, slope, target: node });
}

/** Cores by which some guests, the others on their node and those on another may each turn out otherwise: one standard deviation. */
function deviations(state: PlanState, unit: readonly number[], source: number, target: number) {
  const own = Math.sqrt(unit.reduce((sum, g) => sum + state.guests[g]!.prediction.mean_sd_cores ** 2, 0));
  const others = Math.sqrt(Math.max(0, state.variance[source]! - own * own));
  const there = Math.sqrt(Math.max(0, state.variance[target]!));
  return { own, others, there };
}

/**
 * Standard deviation of an improvement: how far it changes when the others on the source, the others on the target, or the
 * guests themselves turn out one deviation less favourable; they do so independently of each other.
 */
function improvementSd(state: PlanState, unit: readonly number[], source: number, target: number): number {
  const { own, others, there } = deviations(state, unit, source, target);
  const gain = (onSource: number, onTarget: number, self: number) =>
    penaltyWith(state, source, [], 0, onSource + self) -
    penaltyWith(state, source, unit, -1, onSource) +
    penaltyWith(state, target, [], 0, onTarget) -
    penaltyWith(state, target, unit, 1, onTarget + self);
  const expected = gain(0, 0, 0);
  const model = 0.25 + 0.1 * Math.abs(expected);
  return Math.hypot(gain(-others, 0, 0) - expected, gain(0, there, 0) - expected, gain(0, 0, -own) - expected, model);
}

/**
 * Chance that the target, once the guests are there, is better off than the source was with them, at the hours at which the
 * source is relieved: what a move must promise, for else the load has only changed its place. Others on both nodes and the
 * guests themselves may turn out otherwise, each by itself. `usual`: as if all had gone back to what is usual for them.
 */
export function chanceOfRelief(
  state: PlanState,
  unit: readonly number[],
  source: number,
  target: number,
  when?: 'usual',
): number {
  const { own, others, there } = deviations(state, unit, source, target);
  const better = betterOff(state, unit, source, target);
  const away = unit.reduce((sum, g) => sum + state.guests[g]!.prediction.away_cores, 0);
  const [s, t] = when === 'usual' ? [-state.away[source]!, -state.away[target]! - away] : [0, 0];
  const expected = better(s, t);
  const off = [better(s - others, t), better(s, t + there), better(s - own, t - own)].map((b) => b - expected);
  return chanceAbove0(expected, Math.hypot(...off));
}

/** Chances that a move brings something, by what is expected now and by what is usual: load that is high by chance goes back. */
export const chancesOfGain = (state: PlanState, unit: readonly number[], source: number, target: number): Chances => ({
  now: chanceOfRelief(state, unit, source, target),
  usual: chanceOfRelief(state, unit, source, target, 'usual'),
});

type Compare = (onSource: number, onTarget: number) => number;

function betterOff(state: PlanState, unit: readonly number[], source: number, target: number): Compare {
  const even =
    [source, target].every((n) => state.shaped[n] === 0) && !unit.some((g) => state.guests[g]!.prediction.hourly);
  if (even) return (s, t) => penaltyWith(state, source, [], 0, s) - penaltyWith(state, target, unit, 1, t);
  const before = hourlyPenalties(state, source);
  const relief = hourlyPenalties(state, source, unit, -1).map((after, h) => Math.max(1e-9, before[h]! - after));
  const total = relief.reduce((sum, r) => sum + r, 0);
  return (s, t) => {
    const there = hourlyPenalties(state, target, unit, 1, t);
    return hourlyPenalties(state, source, [], 0, s).reduce(
      (sum, p, h) => sum + ((p - there[h]!) * relief[h]!) / total,
      0,
    );
  };
}

/** Makes a guest's part of a move on the state and notes what it did. */
function makeMemberMove({ state, taken }: Planning, g: number, source: number, target: number): MemberMove {
  const [source_before, target_before] = [nodeEffect(state, source), nodeEffect(state, target)];
  const improvement_sd = improvementSd(state, [g], source, target);
  applyMove(state, g, target);
  taken.add(g);
  const [source_after, target_after] = [nodeEffect(state, source), nodeEffect(state, target)];
  const effect = { source_before, source_after, target_before, target_after };
  return { effect, improvement: improvementOf(effect), improvement_sd };
}

const improvementOf = ({ source_before, target_before, source_after, target_after }: Effect): number =>
  source_before.penalty + target_before.penalty - source_after.penalty - target_after.penalty;

/** Makes a move on the state, guest by guest, and notes what it did. */
export function makeMove(
  planning: Planning,
  unit: readonly number[],
  target: number,
  because: Pick<PlannedMove, 'mandatory' | 'empties' | 'purpose' | 'exchange' | 'why' | 'along'> = {},
): PlannedMove {
  const { state } = planning;
  const source = state.where[unit[0]!]!;
  const improvement_sd = improvementSd(state, unit, source, target);
  const chosen = !because.mandatory && !because.purpose && !because.exchange;
  const chances = chosen ? chancesOfGain(state, unit, source, target) : undefined;
  const costs = unit.map((g) => costOf(planning, g, target));
  const members = unit.map((g) => makeMemberMove(planning, g, source, target));
  const { source_before, target_before } = members[0]!.effect;
  const { source_after, target_after } = members.at(-1)!.effect;
  const effect = { source_before, source_after, target_before, target_after };
  return {
    unit,
    source,
    target,
    ...because,
    effect,
    improvement: improvementOf(effect),
    improvement_sd,
    ...(chances ? { chances } : {}),
    costs,
    members,
  };
}

/** Hours for which a benefit counts: a load that was seen for so long is expected to go on for as long, up to the horizon. */
export function lastingHours(planning: Planning, windowHours: number): number {
  return Math.min(planning.config.cost_model.benefit_horizon_hours, Math.max(0.5, windowHours));
}

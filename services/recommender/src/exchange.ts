import { allowedOn, applyMove, companions, fits, mayMove, type PlanState, penaltyOf } from '@evenkeel/model';
import { costOf, makeMove, type PlannedMove, type Planning, slopesOf } from './planned-move.ts';
import { steadfast } from './steadfast.ts';
import { takingPart } from './taking-part.ts';

/** How far the search goes: the nodes with most points, the nodes with fewest, and the guests of each that weigh most. */
const breadth = { hot: 3, cool: 4, guests: 12 };

type Step = { guest: number; target: number };
type Found = { steps: readonly [Step, Step]; worth: number };
type After = <T>(steps: readonly Step[], look: () => T) => T;
type Terms = {
  planning: Planning;
  hoursOf: (guest: number) => number;
  /** The nodes with fewest points, each with its guests that may move by themselves. */
  cool: ReadonlyMap<number, readonly number[]>;
  after: After;
  slopes: Float64Array;
};

/** What a function says of the state as it is now after some moves, which are then taken back to the last bit. */
function fromHere(state: PlanState): After {
  const arrays = Object.values(state).flatMap((v) =>
    v instanceof Float64Array || v instanceof Int32Array ? [{ live: v, kept: v.slice() }] : [],
  );
  return (steps, look) => {
    const nodes = steps.map(({ guest }) => [state.guests[guest]!.sample.guest, state.where[guest]!] as const);
    for (const { guest, target } of steps) applyMove(state, guest, target);
    const said = look();
    for (const { live, kept } of arrays) live.set(kept as never);
    for (const [id, n] of nodes) state.placement[id] = state.nodes[n]!.node;
    return said;
  };
}

/** Whether a step has room and breaks no rule, once those before it are made. */
function isFree({ planning, after }: Terms, before: readonly Step[], { guest, target }: Step): boolean {
  const { state, ctx, caps } = planning;
  return after(before, () => {
    const id = state.guests[guest]!.sample.guest;
    return (
      fits(state, target, [guest], caps) && allowedOn(id, state.nodes[target]!.node, state.placement, ctx) === null
    );
  });
}

/** Points that two steps bring together over what they cost. */
function netOf({ planning, hoursOf, after, slopes }: Terms, steps: readonly [Step, Step]): number {
  const { state } = planning;
  const touched = [...new Set(steps.flatMap(({ guest, target }) => [state.where[guest]!, target]))];
  const sum = () => touched.reduce((points, n) => points + penaltyOf(state, n), 0);
  const price = steps.reduce(
    (p, { guest, target }) => p + costOf(planning, guest, target, slopes).points / hoursOf(guest),
    0,
  );
  return sum() - after(steps, sum) - price;
}

/** Whether the run before recommended the same two steps. */
const wasSaid = ({ state, memory }: Planning, steps: readonly Step[]): boolean =>
  steps.every(({ guest, target }) => memory.last_run[state.guests[guest]!.sample.guest] === state.nodes[target]!.node);

/** Guests of a node that may move by themselves, those that use most first. */
function guestsOn({ state, ctx, taken }: Planning, n: number): number[] {
  return state.guests
    .map((_, g) => g)
    .filter((g) => {
      const id = state.guests[g]!.sample.guest;
      return (
        state.where[g] === n &&
        !taken.has(g) &&
        mayMove(id, ctx) === null &&
        companions(id, state.placement, ctx).length === 1
      );
    })
    .sort((a, b) => state.guests[b]!.prediction.cores - state.guests[a]!.prediction.cores || a - b)
    .slice(0, breadth.guests);
}

/** Orders in which one guest goes to a node and another leaves it, for the first one's place or for a third node; the room decides. */
function ordersOf(terms: Terms, large: Step, small: number): [Step, Step][] {
  const { planning, cool } = terms;
  const source = planning.state.where[large.guest]!;
  const places = [source, ...[...cool.keys()].filter((n) => n !== source && n !== large.target)];
  return places.flatMap((target): [Step, Step][] => {
    const away = { guest: small, target };
    return target === source
      ? [
          [away, large],
          [large, away],
        ]
      : [[away, large]];
  });
}

function bestOf(terms: Terms, source: number, least: number): Found | undefined {
  const { planning, cool } = terms;
  const { state } = planning;
  let best: Found | undefined;
  for (const guest of guestsOn(planning, source))
    for (const [target, there] of cool) {
      if (target === source) continue;
      for (const small of there) {
        if (state.guests[small]!.prediction.cores >= state.guests[guest]!.prediction.cores) continue;
        for (const steps of ordersOf(terms, { guest, target }, small)) {
          const net = netOf(terms, steps);
          const worth = net * (wasSaid(planning, steps) ? steadfast : 1);
          if (net < least || worth <= (best?.worth ?? 0)) continue;
          if (isFree(terms, [], steps[0]) && isFree(terms, [steps[0]], steps[1])) best = { steps, worth };
        }
      }
    }
  return best;
}

function makeBoth(planning: Planning, [first, second]: readonly [Step, Step]): PlannedMove[] {
  const { state } = planning;
  const name = (s: Step) => ({ guest: state.guests[s.guest]!.sample.guest, target_node: state.nodes[s.target]!.node });
  const said = { first: name(first), second: name(second) };
  const why = `${said.first.guest} makes room on ${state.nodes[state.where[first.guest]!]!.node} for ${said.second.guest}`;
  const moves = [first, second].map(({ guest, target }, i) =>
    makeMove(planning, [guest], target, {
      exchange: { step: i + 1, of: 2, with: i === 0 ? said.second : said.first },
      why: i === 0 ? why : `after ${said.first.guest}`,
    }),
  );
  const whole = {
    improvement: moves.reduce((sum, m) => sum + m.improvement, 0),
    improvement_sd: Math.hypot(...moves.map((m) => m.improvement_sd)),
    points: moves.reduce((sum, m) => sum + m.costs[0]!.points, 0),
  };
  return moves.map((move) => ({ ...move, whole }));
}

/**
 * Two moves that only pay together: a guest leaves a node so that a larger one finds room there, and goes to the place of that
 * one or to a third node. Sought where no single move pays; ordered so that each has room when its turn comes. They bring at
 * least what is asked of two moves, so that exchanges come to an end as well.
 */
export function exchange(planning: Planning, hoursOf: (guest: number) => number): PlannedMove[] {
  const { state, config } = planning;
  if (!config.automated_migrations.rules.allow_exchanges) return [];
  const byPoints = takingPart(planning).sort((a, b) => penaltyOf(state, b) - penaltyOf(state, a) || a - b);
  const coolest = byPoints.toReversed().slice(0, breadth.cool);
  const cool = new Map(coolest.map((n) => [n, guestsOn(planning, n)]));
  const terms = { planning, hoursOf, cool, after: fromHere(state), slopes: slopesOf(state) };
  const least = 2 * config.penalty_config.min_score_improvement;
  for (const source of byPoints.slice(0, breadth.hot)) {
    const best = bestOf(terms, source, least);
    if (best) return makeBoth(planning, best.steps);
  }
  return [];
}

import {
  allowedOn,
  companions,
  fits,
  inMaintenance,
  mayMove,
  penaltyOf,
  penaltyWith,
  type RuleGroup,
  suitsNode,
  violationsAround,
} from '@evenkeel/model';
import { makeMove, type PlannedMove, type Planning } from './planned-move.ts';

export type MandatoryPlan = { moves: PlannedMove[]; stuck: { guest: string; reason: string }[] };

const idsOf = ({ state }: Planning, unit: readonly number[]): string[] =>
  unit.map((g) => state.guests[g]!.sample.guest);

const unitOf = ({ state, ctx }: Planning, guest: string): number[] =>
  companions(guest, state.placement, ctx).flatMap((id) => state.guestIndex.get(id) ?? []);

/** The node that bears some guests best, of those that pass a test; ties go to the first by name. */
function bestNode(planning: Planning, unit: readonly number[], passes: (n: number) => boolean): number | undefined {
  const { state, caps } = planning;
  let best: { n: number; added: number } | undefined;
  for (let n = 0; n < state.nodes.length; n++) {
    if (n === state.where[unit[0]!] || !fits(state, n, unit, caps) || !passes(n)) continue;
    const added = penaltyWith(state, n, unit, 1) - penaltyOf(state, n);
    if (!best || added < best.added - 1e-9) best = { n, added };
  }
  return best?.n;
}

function refusals(planning: Planning, unit: readonly number[]): string {
  const { state, ctx, caps } = planning;
  const ids = idsOf(planning, unit);
  const reasons = state.nodes.flatMap(({ node }, n) => {
    if (n === state.where[unit[0]!]) return [];
    const no = ids.map((id) => allowedOn(id, node, state.placement, ctx, ids)).find((r) => r !== null);
    return no ?? (fits(state, n, unit, caps) ? [] : `${node} has no room for it`);
  });
  const said = [...new Set(reasons)];
  return `no node can take it: ${said.slice(0, 3).join('; ')}${said.length > 3 ? `; and ${said.length - 3} more` : ''}`;
}

/** Empties the nodes in maintenance, the guests with most memory first; what is over the limit waits for the next run. */
function drain(planning: Planning, limit: number): MandatoryPlan {
  const { state, ctx, taken } = planning;
  const plan: MandatoryPlan = { moves: [], stuck: [] };
  const leaving = state.guests
    .map((_, g) => g)
    .filter((g) => inMaintenance(state.nodes[state.where[g]!]!, ctx.config) && !taken.has(g))
    .sort((a, b) => state.guests[b]!.prediction.mem_bytes - state.guests[a]!.prediction.mem_bytes || a - b);
  for (const g of leaving) {
    if (taken.has(g) || plan.moves.length >= limit) continue;
    const guest = state.guests[g]!.sample.guest;
    const unit = unitOf(planning, guest);
    const ids = idsOf(planning, unit);
    const { node, drained } = state.nodes[state.where[g]!]!;
    const mandatory = drained ? 'drain' : 'maintenance';
    const stays = ids.map((id) => mayMove(id, ctx, mandatory)).find((r) => r !== null);
    const target = stays
      ? undefined
      : bestNode(planning, unit, (n) =>
          ids.every((id) => allowedOn(id, state.nodes[n]!.node, state.placement, ctx, ids) === null),
        );
    if (target === undefined) plan.stuck.push({ guest, reason: stays ?? refusals(planning, unit) });
    else {
      const why = drained ? `${node} is drained by ${drained.by}` : `${node} is in maintenance`;
      plan.moves.push(makeMove(planning, unit, target, { mandatory, why }));
    }
  }
  return plan;
}

/** Where those are that share a rule with these guests: all that counting the rules around them looks at. */
function neighbours({ state, ctx }: Planning, ids: readonly string[]): Record<string, string> {
  const around: Record<string, string> = {};
  for (const id of ids)
    for (const other of [id, ...(ctx.groupsOf.get(id) ?? []).flatMap((group) => group.guests)]) {
      const node = state.placement[other];
      if (node !== undefined) around[other] = node;
    }
  return around;
}

type Fix = { unit: number[]; target: number; mended: number; added: number };

const movable = (planning: Planning, unit: readonly number[]): boolean =>
  unit.length > 0 &&
  unit.every(
    (g) => !planning.taken.has(g) && mayMove(planning.state.guests[g]!.sample.guest, planning.ctx, 'rule') === null,
  );

const suits = (planning: Planning, unit: readonly number[], n: number): boolean =>
  idsOf(planning, unit).every((id) => suitsNode(id, planning.state.nodes[n]!.node, planning.ctx) === null);

/**
 * The move of some guests that mends more than `best` does, or as much at less load; `best` where there is none. None mends
 * more than if they were gone.
 */
function betterFix(planning: Planning, unit: number[], best: Fix | undefined): Fix | undefined {
  const { state, ctx, caps } = planning;
  const ids = idsOf(planning, unit);
  const around = neighbours(planning, ids);
  const before = violationsAround(ids, around, ctx);
  for (const id of ids) delete around[id];
  const most = (before - violationsAround(ids, around, ctx)) / unit.length;
  let found = best;
  for (let n = 0; n < state.nodes.length && most > 0 && most >= (found?.mended ?? 0); n++) {
    if (n === state.where[unit[0]!] || !fits(state, n, unit, caps)) continue;
    const added = penaltyWith(state, n, unit, 1) - penaltyOf(state, n);
    if ((found && most === found.mended && added >= found.added) || !suits(planning, unit, n)) continue;
    for (const id of ids) around[id] = state.nodes[n]!.node;
    const mended = (before - violationsAround(ids, around, ctx)) / unit.length;
    if (mended <= 0 || (found && (mended < found.mended || (mended === found.mended && added >= found.added))))
      continue;
    found = { unit, target: n, mended, added };
  }
  return found;
}

/** The single move that mends most rules at the least load; a unit is tried whole and, where that mends nothing, alone. */
function bestFix(planning: Planning, guests: readonly string[]): Fix | undefined {
  let best: Fix | undefined;
  for (const guest of guests) {
    const g = planning.state.guestIndex.get(guest);
    if (g === undefined) continue;
    for (const unit of [unitOf(planning, guest), [g]])
      if (movable(planning, unit)) best = betterFix(planning, unit, best);
  }
  return best;
}

/** Brings a split group together on the node that needs the fewest moves and can take them all. */
function gather(planning: Planning, group: RuleGroup): PlannedMove[] {
  const { state, ctx } = planning;
  const members = group.guests.flatMap((id) => state.guestIndex.get(id) ?? []);
  const away = (n: number) => members.filter((g) => state.where[g] !== n);
  const nodes = [...new Set([...members.map((g) => state.where[g]!), ...state.nodes.keys()])].sort(
    (a, b) => away(a).length - away(b).length || penaltyOf(state, a) - penaltyOf(state, b) || a - b,
  );
  const before = violationsAround(group.guests, state.placement, ctx);
  for (const n of nodes) {
    const moving = away(n);
    if (moving.length === 0) return [];
    if (!movable(planning, moving) || !suits(planning, moving, n) || !fits(state, n, moving, planning.caps)) continue;
    const ids = new Set(idsOf(planning, moving));
    const moved = Object.fromEntries(
      group.guests.map((id) => [id, ids.has(id) ? state.nodes[n]!.node : state.placement[id]!]),
    );
    const after = new Proxy(state.placement, { get: (all, id) => moved[id as string] ?? all[id as string] });
    if (violationsAround(group.guests, after, ctx) >= before) continue;
    const along = moving.length === members.length ? { along: moving } : {};
    return moving.map((g) =>
      makeMove(planning, [g], n, { mandatory: 'rule', why: `${group.rule} is broken`, ...along }),
    );
  }
  return [];
}

function mend(planning: Planning, limit: number): PlannedMove[] {
  const { state, ctx } = planning;
  const moves: PlannedMove[] = [];
  for (const group of ctx.groups)
    if (group.kind === 'together' && moves.length < limit && violationsAround(group.guests, state.placement, ctx) > 0)
      moves.push(...gather(planning, group));
  const wrong = [
    ...ctx.groups.filter((g) => g.kind === 'apart').map((g) => ({ rule: g.rule, guests: g.guests })),
    ...[...ctx.bindings].map(([guest, b]) => ({ rule: b[0]!.rule, guests: [guest] })),
  ];
  for (const { rule, guests } of wrong)
    while (moves.length < limit && violationsAround(guests, state.placement, ctx) > 0) {
      const fix = bestFix(planning, guests);
      if (!fix) break;
      moves.push(makeMove(planning, fix.unit, fix.target, { mandatory: 'rule', why: `${rule} is broken` }));
    }
  return moves;
}

/** Moves that must be made whatever they bring: nodes in maintenance emptied, then broken rules mended with few moves. */
export function mandatoryMoves(planning: Planning, limit: number): MandatoryPlan {
  const { moves, stuck } = drain(planning, limit);
  return { moves: [...moves, ...mend(planning, limit - moves.length)], stuck };
}

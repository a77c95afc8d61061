import { fits, mayMove, penaltyOf, penaltyWith, type RuleGroup, suitsNode, violationsAround } from '@evenkeel/model';
import { type Leaving, makeRoom } from './make-room.ts';
import { makeMove, type PlannedMove, type Planning } from './planned-move.ts';
import { idsOf, unitOf } from './unit-of.ts';

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

type Fix = { unit: number[]; target: number; mended: number; added: number; room?: Leaving[] };

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

/** A move that mends something once others have left its target. */
function fixWithRoom(planning: Planning, guests: readonly string[]): Fix | undefined {
  const { state, ctx, caps } = planning;
  for (const guest of guests) {
    const g = state.guestIndex.get(guest);
    const unit = g === undefined ? [] : unitOf(planning, guest);
    if (!movable(planning, unit)) continue;
    const before = violationsAround(idsOf(planning, unit), state.placement, ctx);
    for (let n = 0; n < state.nodes.length; n++) {
      if (n === state.where[g!] || fits(state, n, unit, caps) || !suits(planning, unit, n)) continue;
      const mended = before - violationsOn(planning, unit, n);
      const room = mended > 0 ? makeRoom(planning, unit, n) : undefined;
      if (room) return { unit, target: n, mended, added: 0, room };
    }
  }
  return undefined;
}

/** Rules around some guests that would be broken if they were on a node. */
function violationsOn(planning: Planning, unit: readonly number[], n: number): number {
  const ids = idsOf(planning, unit);
  const around = neighbours(planning, ids);
  for (const id of ids) around[id] = planning.state.nodes[n]!.node;
  return violationsAround(ids, around, planning.ctx);
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

/** Mends broken rules with few moves; where a node has no room for that, others leave it first. */
export function mendRules(planning: Planning, limit: number): PlannedMove[] {
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
      const fix = bestFix(planning, guests) ?? fixWithRoom(planning, guests);
      if (!fix) break;
      const because = { mandatory: 'rule', why: `${rule} is broken` } as const;
      for (const { unit, target } of fix.room ?? []) {
        const why = `makes room on ${state.nodes[fix.target]!.node}: ${because.why}`;
        moves.push(makeMove(planning, unit, target, { ...because, why }));
      }
      moves.push(makeMove(planning, fix.unit, fix.target, because));
    }
  return moves;
}

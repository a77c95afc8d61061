import type { Recommendation } from '@evenkeel/contracts';
import { byText } from '@evenkeel/model';
import { acceptMove } from './context.ts';
import { type Candidate, type FilterContext, filtered } from './filter.ts';
import { hasPoorRecord } from './filters/guest-success.ts';
import { type Climb, climb, failAt } from './ladder.ts';

/** One that passed and did not fit; `needs` are the moves of its whole unit. */
export type Surplus = Climb & { needs: number };
/** What became of the candidates: `chosen` passed and fit into the run, `surplus` passed and did not; all best first. */
export type Selection = { chosen: Climb[]; surplus: Surplus[]; rejected: Climb[] };
/** The moves that a run may make at most, how many of them are left, and whose unit has begun to move. */
export type Room = { most: number; left: number; begun: (recommendation: Recommendation) => boolean };

/**
 * Takes the candidates, best first, up the ladder; each that is chosen counts as moved for those after it, and one that fails is
 * passed over. Companions and exchanges go together or not at all: a unit is chosen where all of it fits, and what has begun is
 * finished. One that must go and is larger than a run may be goes alone.
 */
export function select(candidates: readonly Candidate[], context: FilterContext, room: Room): Selection {
  const selection: Selection = { chosen: [], surplus: [], rejected: [] };
  let current = context;
  let left = room.left;
  for (const unit of unitsOf(rank(candidates, context, room))) {
    const climbs = climbTogether(unit, current);
    if (climbs.some(({ verdict }) => verdict.result === 'failed')) {
      selection.rejected.push(...holdCompanions(climbs));
    } else if (fits(unit, left, room)) {
      selection.chosen.push(...climbs);
      if (!isBegun(unit, room)) left -= unit.length;
      current = unit.reduce((context, { recommendation }) => acceptMove(context, recommendation), current);
    } else {
      selection.surplus.push(...climbs.map((climbed) => ({ ...climbed, needs: unit.length })));
    }
  }
  return selection;
}

/** Why one that passed is not among the moves of its run. */
export const waitsForRoom = ({ needs }: Surplus, most: number): string =>
  needs > most
    ? `needs ${needs} moves, a run may make ${most}`
    : `at most ${most} a run, and its turn where one of these is refused`;

const isBegun = (unit: readonly Candidate[], { begun }: Room): boolean =>
  unit.some(({ recommendation }) => begun(recommendation));

function fits(unit: readonly Candidate[], left: number, room: Room): boolean {
  const mustGo = unit.some(({ recommendation }) => recommendation.mandatory);
  return isBegun(unit, room) || unit.length <= left || (mustGo && unit.length > room.most && left === room.most);
}

/** What has begun first, then mandatory moves, guests with a poor record last, else as recommended; equal ranks by guest and target. */
function rank(candidates: readonly Candidate[], context: FilterContext, { begun }: Room): Candidate[] {
  const learns = context.config.intelligent_migrations.guest_success_tracking_enabled;
  const place = (c: Candidate) => {
    if (begun(c.recommendation)) return -1;
    return c.recommendation.mandatory ? 0 : learns && hasPoorRecord(c, context) ? 2 : 1;
  };
  return [...candidates].sort(
    (a, b) =>
      place(a) - place(b) ||
      a.recommendation.rank - b.recommendation.rank ||
      byText(a.recommendation.guest, b.recommendation.guest) ||
      byText(a.recommendation.target_node, b.recommendation.target_node) ||
      byText(a.recommendation.recommendation_id, b.recommendation.recommendation_id),
  );
}

function unitsOf(ranked: readonly Candidate[]): Candidate[][] {
  const units: Candidate[][] = [];
  const taken = new Set<Candidate>();
  for (const leader of ranked) {
    if (taken.has(leader)) continue;
    const unit = [
      leader,
      ...ranked.filter(({ recommendation }) => isPartOf(leader.recommendation, recommendation)),
    ].filter((member) => !taken.has(member));
    for (const member of unit) taken.add(member);
    units.push(unit);
  }
  return units;
}

/** Whether a move is that of a companion of a recommendation, or the other half of its exchange. */
export const isPartOf = (
  { companions, target_node, exchange }: Recommendation,
  other: Pick<Recommendation, 'guest' | 'target_node'>,
): boolean =>
  (companions.includes(other.guest) && other.target_node === target_node) ||
  (exchange !== undefined && other.guest === exchange.with.guest && other.target_node === exchange.with.target_node);

/** Each member of a unit knows the others, and finds those before it moved already. */
function climbTogether(unit: readonly Candidate[], context: FilterContext): Climb[] {
  const planned = unit.map(({ recommendation }) => recommendation).sort((a, b) => a.rank - b.rank);
  const inOrder = unit.some(({ recommendation }) => recommendation.exchange)
    ? [...unit].sort((a, b) => a.recommendation.rank - b.recommendation.rank)
    : unit;
  return inOrder.map((candidate, i) =>
    climb(
      unit.length > 1 ? { ...candidate, unit: planned } : candidate,
      inOrder.slice(0, i).reduce((before, { recommendation }) => acceptMove(before, recommendation), context),
    ),
  );
}

function holdCompanions(climbs: readonly Climb[]): Climb[] {
  const culprit = climbs.find(({ verdict }) => verdict.result === 'failed')!;
  return climbs.map((climbed) => {
    if (climbed.verdict.result === 'failed') return climbed;
    const { guest } = culprit.candidate.recommendation;
    const other = climbed.candidate.recommendation.exchange
      ? `its exchange with ${guest} is held back`
      : `companion ${guest} stays`;
    const reason = `${other}: ${culprit.verdict.reason}`;
    const action = culprit.verdict.result === 'failed' ? culprit.verdict.action : 'filtered';
    const step = climbed.candidate.recommendation.exchange ? 'improvement' : 'tags_and_affinity';
    return failAt(climbed, step, { ...filtered(reason), result: 'failed', action });
  });
}

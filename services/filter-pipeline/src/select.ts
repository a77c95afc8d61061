import type { Recommendation } from '@evenkeel/contracts';
import { byText } from '@evenkeel/model';
import { acceptMove } from './context.ts';
import { type Candidate, type FilterContext, filtered } from './filter.ts';
import { hasPoorRecord } from './filters/guest-success.ts';
import { type Climb, climb, failAt } from './ladder.ts';

/** What became of the candidates: `chosen` passed and fit into the run, `surplus` passed and did not; all best first. */
export type Selection = { chosen: Climb[]; surplus: Climb[]; rejected: Climb[] };

/**
 * Takes the candidates, best first, up the ladder; each that is chosen counts as moved for those after it, and one that fails is
 * passed over. Companions go together or not at all. At most `most` are chosen.
 */
export function select(candidates: readonly Candidate[], context: FilterContext, most: number): Selection {
  const selection: Selection = { chosen: [], surplus: [], rejected: [] };
  let current = context;
  for (const unit of unitsOf(rank(candidates, context))) {
    const climbs = climbTogether(unit, current);
    if (climbs.some(({ verdict }) => verdict.result === 'failed')) {
      selection.rejected.push(...holdCompanions(climbs));
    } else if (selection.chosen.length + climbs.length <= most) {
      selection.chosen.push(...climbs);
      current = unit.reduce((context, { recommendation }) => acceptMove(context, recommendation), current);
    } else {
      selection.surplus.push(...climbs);
    }
  }
  return selection;
}

/** Mandatory moves first, guests with a poor record last, else as recommended; equal ranks by guest and target. */
function rank(candidates: readonly Candidate[], context: FilterContext): Candidate[] {
  const learns = context.config.intelligent_migrations.guest_success_tracking_enabled;
  const place = (c: Candidate) => (c.recommendation.mandatory ? 0 : learns && hasPoorRecord(c, context) ? 2 : 1);
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
    const { companions, target_node } = leader.recommendation;
    const unit = [
      leader,
      ...ranked.filter(
        ({ recommendation: r }) =>
          (companions.includes(r.guest) && r.target_node === target_node) || isPartner(r, leader.recommendation),
      ),
    ].filter((member) => !taken.has(member));
    for (const member of unit) taken.add(member);
    units.push(unit);
  }
  return units;
}

/** Whether one is the other half of an exchange. */
const isPartner = (r: Recommendation, { exchange }: Recommendation): boolean =>
  exchange !== undefined && r.guest === exchange.with.guest && r.target_node === exchange.with.target_node;

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

import type { Approval, Automation, Config, GuestMove, JudgedMove, Recommendation } from '@evenkeel/contracts';
import { moveResident, type Placement, type Residences, type RuleContext, ruleContext } from '@evenkeel/model';
import type { Answers } from './answers.ts';
import { type Approvals, inFlight, lastFailure, unseenMoves } from './approvals.ts';
import type { Candidate, FilterContext, Generated, Tracking } from './filter.ts';
import { applyShift, type Loads, type Shift, shiftOfRecommendation } from './loads.ts';

/** What the service remembers, read before the run is decided. */
export type Facts = {
  approvals: Approvals | undefined;
  moves: ReadonlyMap<string, readonly GuestMove[]>;
  pairs: ReadonlyMap<string, readonly JudgedMove[]>;
  outcomes: ReadonlyMap<string, readonly JudgedMove[]>;
  tracking: Tracking;
  automation: Automation;
  answers: Answers;
};

/**
 * A run, when it is decided and by which configuration; `base` are the predicted loads before any of its moves, `newer` the run that
 * was decided before it although it is newer.
 */
export type Occasion = {
  generated: Generated;
  base: Loads;
  now: number;
  config: Config;
  newer?: string | undefined;
  /** It was decided before, and what came of that is heard next. */
  recalled?: boolean;
};

/** All that the filters of a run may ask. */
export function buildContext({ generated, base, now, config }: Occasion, facts: Facts): FilterContext {
  const { recommendations, guests, profiles, scores, placements: _, identities: __, residences, ...run } = generated;
  const unseen = unseenMoves(facts.approvals, generated.sample.at, now, config);
  const rules = ruleContext({ ...generated.sample, guests }, config);
  const start: FilterContext = {
    now,
    config,
    timezone: config.clusters.find(({ name }) => name === generated.cluster)?.timezone ?? 'UTC',
    run,
    rules,
    scores: new Map(scores.map((score) => [score.node, score])),
    placements: placementsOf(generated, rules),
    loads: base,
    assigned: generated.assigned_bytes && new Map(Object.entries(generated.assigned_bytes)),
    residences: residences && residencesOf(residences),
    in_flight: inFlight(facts.approvals, now, config),
    accepted: new Map(),
    moves: facts.moves,
    pairs: facts.pairs,
    outcomes: facts.outcomes,
    tracking: facts.tracking,
    last_failure: lastFailure(facts.approvals),
    automation: facts.automation,
    answers: facts.answers,
  };
  return unseen.reduce(
    (context, approval) => applyMove(context, approval.guest, shiftOfApproval(approval), approval),
    start,
  );
}

/** Only of guests that a recommendation or a rule names: no filter asks for others, and each accepted move copies them. */
function placementsOf({ recommendations, placements }: Generated, { groups }: RuleContext): Placement {
  const named = [...recommendations.map(({ guest }) => guest), ...groups.flatMap(({ guests }) => guests)];
  return Object.fromEntries(named.flatMap((guest) => (placements[guest] ? [[guest, placements[guest]]] : [])));
}

const residencesOf = (given: NonNullable<Generated['residences']>): Residences =>
  new Map(
    Object.entries(given).map(([node, { room, host, guest_mib }]) => [
      node,
      { room, host, guests: guest_mib.map((mib) => mib * 2 ** 20) },
    ]),
  );

/** The context of the candidates after one that was accepted: its move is taken as done. */
export function acceptMove(context: FilterContext, recommendation: Recommendation): FilterContext {
  const { guest, target_node, guest_load } = recommendation;
  const moved = applyMove(context, guest, shiftOfRecommendation(recommendation), guest_load);
  return { ...moved, accepted: new Map([...context.accepted, [guest, target_node]]) };
}

type Memory = { assigned_bytes?: number | undefined; mem_bytes?: number | undefined };

function applyMove(
  context: FilterContext,
  guest: string,
  shift: Shift,
  { assigned_bytes: assigned = 0, mem_bytes: used = 0 }: Memory,
): FilterContext {
  const bytes = context.assigned && new Map(context.assigned);
  bytes?.set(shift.source, (bytes.get(shift.source) ?? 0) - assigned);
  bytes?.set(shift.target, (bytes.get(shift.target) ?? 0) + assigned);
  return {
    ...context,
    loads: applyShift(context.loads, shift),
    assigned: bytes,
    residences: context.residences && moveResident(context.residences, shift.source, shift.target, used),
    placements: { ...context.placements, [guest]: shift.target },
  };
}

const shiftOfApproval = ({ source_node, target_node, relief, load }: Approval): Shift => ({
  source: source_node,
  target: target_node,
  relief,
  load,
});

/** The recommendations of a run, each with what the run knows of its guest. */
export function candidatesOf(generated: Generated): Candidate[] {
  const guests = new Map(generated.guests.map((guest) => [guest.guest, guest]));
  const profiles = new Map(generated.profiles.map((profile) => [profile.guest, profile]));
  return generated.recommendations.map((recommendation) => ({
    recommendation,
    guest: guests.get(recommendation.guest),
    profile: profiles.get(recommendation.guest),
  }));
}

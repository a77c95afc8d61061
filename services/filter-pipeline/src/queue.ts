import type { Approval, ApprovedMigration, Config, Recommendation } from '@evenkeel/contracts';
import { millis, oldestSample } from '@evenkeel/model';
import { approve, waitsForFirst } from './approvals.ts';
import { authority } from './authority.ts';
import { buildContext, candidatesOf, type Facts } from './context.ts';
import { fillSlots } from './fill-slots.ts';
import type { Climb } from './ladder.ts';
import type { CurrentRun } from './pipeline.ts';
import { isPartOf, type Room, select, waitsForRoom } from './select.ts';
import { freeSlots, waitsFor } from './slots.ts';

/** What the queue gives; `closed` says why nothing of it may move any more, `held` why what may act has to wait, by guest. */
export type QueueLook = {
  approved: ApprovedMigration[];
  waiting: CurrentRun;
  closed?: string;
  held?: Readonly<Record<string, string>>;
};

/**
 * Looks again at what waits for a slot: takes it up the whole ladder once more, with what has ended or failed since, and approves
 * the next. What fails keeps its place until the next run replaces the queue, or until the sample of this one is too old.
 */
export function lookAgain(
  waiting: CurrentRun,
  facts: Facts,
  { now, config }: { now: number; config: Config },
): QueueLook {
  const { generated, queue, base } = waiting;
  const closed = closeOutdated(waiting, now);
  if (closed) return { approved: [], ...closed };
  const slots = freeSlots(facts.approvals, generated.sample.running_migrations, { now, config });
  const { sample } = generated;
  const allowed = (r: Recommendation) => authority(r, { config, now, answers: facts.answers, sample });
  const acting = { ...generated, recommendations: generated.recommendations.filter((r) => allowed(r).may === 'act') };
  if (acting.recommendations.length === 0) return { approved: [], waiting };
  const room = roomOf(acting.recommendations, facts, generated.run_id, { now, config });
  const all = (why: string) => Object.fromEntries(acting.recommendations.map((r) => [r.guest, why]));
  if (slots.free <= 0) return { approved: [], waiting, held: all(waitsFor(slots, 0)) };
  if (room.left <= 0 && !acting.recommendations.some(room.begun)) return { approved: [], waiting, held: all(allMade) };
  const context = buildContext({ generated: acting, base: new Map(Object.entries(base)), now, config }, facts);
  const { chosen, surplus, rejected } = select(candidatesOf(acting), context, room);
  const [ready, later] = [
    chosen.filter(({ candidate: { recommendation } }) => !waitsForFirst(recommendation, facts.approvals)),
    chosen.filter(({ candidate: { recommendation } }) => waitsForFirst(recommendation, facts.approvals)),
  ];
  const moves = ready.map(({ candidate: { recommendation } }) => recommendation);
  const found = fillSlots(moves, slots.free, context);
  const [goes, waits] = [ready.filter(isIn(found)), ready.filter((one) => !isIn(found)(one))];
  const approved = goes.map(({ candidate: { recommendation, guest } }) => {
    const place = queue.find(({ recommendation_id }) => recommendation_id === recommendation.recommendation_id)!;
    return approve(recommendation, guest!.identity, place.decision_id, context, allowed(recommendation).approved_by);
  });
  const held = [
    ...rejected.map(({ candidate: { recommendation }, verdict }) => [
      recommendation.guest,
      waitsForFirst(recommendation, facts.approvals) ?? verdict.reason,
    ]),
    ...later.map(({ candidate: { recommendation } }) => [
      recommendation.guest,
      waitsForFirst(recommendation, facts.approvals)!,
    ]),
    ...waits.map(({ candidate }) => [candidate.recommendation.guest, waitsFor(slots, slots.free)]),
    ...surplus.map((c) => [c.candidate.recommendation.guest, room.left > 0 ? waitsForRoom(c, room.most) : allMade]),
  ];
  const left = without(waiting, new Set(approved.map(({ decision_id }) => decision_id)));
  return { approved, waiting: left, held: Object.fromEntries(held) };
}

const isIn =
  (found: ReadonlySet<Recommendation>) =>
  ({ candidate: { recommendation } }: Climb): boolean =>
    found.has(recommendation);

function outdated(sampledAt: string, now: number): string | undefined {
  const age = now - millis(sampledAt);
  if (age <= oldestSample) return undefined;
  return `the sample that it was decided on is ${Math.round(age / 60_000)} min old, ${oldestSample / 60_000} min at most`;
}

/** Why the queue is closed, with nothing left in it, where its sample is too old; undefined where it may go on. */
export function closeOutdated(
  waiting: CurrentRun,
  now: number,
): Required<Pick<QueueLook, 'waiting' | 'closed'>> | undefined {
  const closed = waiting.queue.length > 0 ? outdated(waiting.generated.sample.at, now) : undefined;
  return closed === undefined ? undefined : { waiting: emptied(waiting), closed };
}

const emptied = (waiting: CurrentRun): CurrentRun =>
  without(waiting, new Set(waiting.queue.map(({ decision_id }) => decision_id)));

const allMade = 'the run has made all of its moves';

/**
 * The moves that a run has left for what has not begun: those of its units that have, and wait for a slot, are kept for them. A unit
 * that stopped at a failure is not waited for.
 */
function roomOf(
  waiting: readonly Recommendation[],
  { approvals }: Facts,
  run_id: string,
  { now, config }: { now: number; config: Config },
): Room {
  const most = config.automated_migrations.rules.max_migrations_per_run;
  const used = usedUp(approvals, run_id, now);
  const under = used.filter(({ ended }) => ended?.how !== 'failed');
  const begun = (r: Recommendation) => under.some((a) => isPartOf(r, a));
  return { most, left: most - used.length - waiting.filter(begun).length, begun };
}

/** Approvals of the run that were used or may still be: what was refused or expired unused leaves its place to the next. */
const usedUp = (known: Facts['approvals'], run_id: string, now: number): Approval[] =>
  Object.values(known?.entries ?? {}).filter(
    (a) =>
      a.run_id === run_id && a.ended?.how !== 'refused' && (a.ended || a.started_at || now <= Date.parse(a.expires_at)),
  );

/** The run without what has had its turn, or must not have one. */
export function without(waiting: CurrentRun, gone: ReadonlySet<string>): CurrentRun {
  const queue = waiting.queue.filter(({ decision_id }) => !gone.has(decision_id));
  const kept = new Set(queue.map(({ recommendation_id }) => recommendation_id));
  const recommendations = waiting.generated.recommendations.filter((r) => kept.has(r.recommendation_id));
  return { ...waiting, queue, generated: { ...waiting.generated, recommendations } };
}

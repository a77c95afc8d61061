import {
  type Approval,
  type ApprovedMigration,
  type Automation,
  answerGiven,
  answers,
  approvals,
  automationChanged,
  automationKey,
  automationRefused,
  automationRequested,
  clusterSampled,
  currentRun,
  type DataOf,
  type DecisionAction,
  decisionAnswered,
  type GuestMove,
  guestMoves,
  guestOutcomes,
  inForce,
  invariantBroken,
  type JudgedMove,
  lastPlacements,
  lastRunSummary,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  migrationStarted,
  outcomeRecorded,
  pairOutcomes,
  readAutomation,
  recommendationDecided,
  recommendationsGenerated,
  recommendationTracking,
  runDecided,
} from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import { type Context, defineService } from '@evenkeel/runtime';
import { answerIn, answerOf, takeAnswer, unlessLate } from './answer.ts';
import { type Answers, holdsUntil } from './answers.ts';
import { addApproved, expiredUnused, rememberApproval } from './approvals.ts';
import { grant, noteBroken, noteFailure, refusal } from './automation.ts';
import { baseLoads } from './base-loads.ts';
import type { Facts } from './context.ts';
import type { Generated, Tracking } from './filter.ts';
import { closeQueue, decidedOtherwise, endOf, followDecision, oldestRuns, replaced } from './follow.ts';
import { foundMove, isForgotten, isSameGuest, type MoveStage, rememberMove } from './moves.ts';
import { isStillThat, noticeMoves, type Placed, placedIn } from './notice-moves.ts';
import { blamed, failedMove, judgedOf, mostOfGuest, mostOfPair, pairOf, rememberJudged } from './outcomes.ts';
import { markReady, trackRecommendations } from './persistence.ts';
import { type CurrentRun, decideRun, newerThan, type RunResult } from './pipeline.ts';
import { closeOutdated, lookAgain, type QueueLook, without } from './queue.ts';

const owns = {
  answers,
  approvals,
  moves: guestMoves,
  outcomes: guestOutcomes,
  pairs: pairOutcomes,
  placements: lastPlacements,
  summary: lastRunSummary,
  tracking: recommendationTracking,
  waiting: currentRun,
};
type Bare = Context<typeof owns, Record<never, never>>;
/** Where a handler is, with what people have asked of the cluster, over its configuration. */
type Here = Bare & { automation: Automation };

type Ended = NonNullable<Approval['ended']>;
type Fault = DataOf<typeof migrationFailed>['fault'];
type Path = { source_node: string; target_node: string };
type DecisionRef = { run_id: string; decision_id: string };

const mostEarlierRuns = 20;

/** The ledger knows it, or what was said of it does. */
const nothing = async (): Promise<void> => {};

/** Lets through only the migrations that are safe and worth it, and says of every recommendation what became of it and why. */
export const filterPipeline = defineService({
  name: 'filter-pipeline',
  summary: 'Lets through only the migrations that are safe and worth it.',
  owns,
  reads: {},
  uses: { ledger: true },
  publishes: [
    recommendationDecided,
    runDecided,
    migrationApproved,
    decisionAnswered,
    automationChanged,
    automationRefused,
  ],
})
  .on(recommendationsGenerated, async ({ data: generated }, bare) => {
    const here = await withAsked(bare);
    const { result, facts, newer } = await decide(here, generated);
    if (!newer) await takeOver(here, generated, result, facts);
    const at = iso(here.now);
    return [
      ...result.decisions.map((decision) => recommendationDecided.of(decision, at)),
      runDecided.of(result.summary, at),
      ...result.approved.map((migration) => migrationApproved.of({ migration }, at)),
    ];
  })
  .remember(recommendationsGenerated, async ({ data: generated }, bare) => {
    const here = await withAsked(bare);
    const { result, facts, newer } = await decide(here, generated);
    if (!newer) await takeOver(here, generated, { ...result, approved: [] }, facts);
  })
  .remember(runDecided, async ({ data: said }, { state }) => {
    const [waiting, again] = [await state.waiting.get(), await state.summary.get()];
    if (waiting?.generated.run_id !== said.run_id || again?.run_id !== said.run_id) return;
    state.waiting.set(without(waiting, decidedOtherwise(again, said)));
    state.summary.set(said);
  })
  .remember(migrationApproved, async ({ data: { migration } }, here) => {
    const { state, now, untrusted } = here;
    if (untrusted) return;
    const waiting = await state.waiting.get();
    const recommendations = waiting?.generated.run_id === migration.run_id ? waiting.generated.recommendations : [];
    state.approvals.set(addApproved(await state.approvals.get(), [migration], recommendations, now));
    if (!waiting?.queue.some(({ decision_id }) => decision_id === migration.decision_id)) return;
    state.waiting.set(without(waiting, new Set([migration.decision_id])));
    const line = (await state.summary.get())?.decisions.find((d) => d.decision_id === migration.decision_id);
    const isLater = migration.approved_at > waiting.generated.at || line?.action !== 'pending';
    if (isLater) await follow(here, migration, 'pending', itsTurn(migration));
  })
  .on(migrationApproved, async ({ data: { migration } }, { state, now, untrusted }) => {
    if (untrusted) return [];
    const known = await state.approvals.get();
    if (known?.entries[migration.migration_id]) return [];
    const generated = (await state.waiting.get())?.generated;
    const recommendations = generated?.run_id === migration.run_id ? generated.recommendations : [];
    state.approvals.set(addApproved(known, [migration], recommendations, now));
    return [];
  })
  .on(migrationStarted, async ({ data: { migration, started_at } }, bare) => {
    const here = await withAsked(bare);
    const { state, now } = here;
    await learnMove(here, migration, { at: started_at, how: 'started' });
    state.approvals.set(rememberApproval(await state.approvals.get(), migration, { started_at }, now));
    return [];
  })
  .on(migrationCompleted, async ({ data: { migration, completed_at } }, here) =>
    end(await withAsked(here), migration, { at: completed_at, how: 'completed' }),
  )
  .on(migrationFailed, async ({ data: { migration, failed_at, reason, fault } }, here) => {
    const paused = here.recalled ? [] : await stopAfter(here, { migration, failed_at, reason });
    const next = await end(await withAsked(here), migration, { at: failed_at, how: 'failed', reason }, { fault });
    return [...paused, ...next];
  })
  .on(migrationRefused, async ({ data: { migration, refused_at, reason, code } }, here) =>
    end(await withAsked(here), migration, { at: refused_at, how: 'refused', reason }, { code }),
  )
  .on(invariantBroken, async ({ data: { cluster, at, invariant, migration_ids, sentence } }, here) => {
    const id = `${invariant}/${migration_ids.join('+')}`;
    const reason = `invariant ${invariant} broken: ${sentence}`.slice(0, 240);
    const automation = await change(here, (before) => noteBroken(before, { id, at, reason }, here.now));
    if (automation.changed?.id !== id) return [];
    const { by } = automation.changed;
    return [automationChanged.of({ cluster, change_id: id, by, change: { do: 'pause', reason }, automation }, at)];
  })
  .on(automationRequested, async ({ data, sequence }, here) => {
    const at = iso(here.now);
    const automation = await change(here, (before) => grant(before, data, { sequence, at }));
    const { cluster, command_id, by, change: asked } = data;
    const reason = refusal(automation, data, { sequence, at });
    if (reason) return [automationRefused.of({ cluster, command_id, by, change: asked, reason }, at)];
    if (automation.changed?.id !== command_id) return [];
    return [automationChanged.of({ cluster, change_id: command_id, by, change: asked, automation }, at)];
  })
  .on(answerGiven, async ({ data }, bare) => {
    const here = await withAsked(bare);
    const { state, config } = here;
    const waiting = await state.waiting.get();
    const now = Math.max(here.now, millis(waiting?.generated.at ?? iso(here.now)));
    const known = (await state.answers.get())?.entries[data.guest];
    const said = answerOf(data, waiting, { config, automation: here.automation });
    const answered = unlessLate(said, data, { given_at: here.now, now, known, config });
    if (answered.answer === 'not_pending') return [decisionAnswered.of(answered, iso(now))];
    state.answers.set(takeAnswer(await state.answers.get(), data, { now, config }));
    const yes = answered.answer === 'approved';
    const { events, held } = yes ? await lookAtQueue({ ...here, now }) : { events: [], held: {} };
    const wait = held[data.guest];
    const until = () => holdsUntil({ ...data, at: iso(now) }, config);
    const later = wait === undefined ? '' : `; not yet: ${wait}; it expires at ${until()} if it has not had its turn`;
    const told = { ...answered, reason: answered.reason + later };
    const { decision_id } = answered;
    const begins = events.some((event) => event.data.migration.decision_id === decision_id);
    if (!begins && waiting?.queue.some((place) => place.decision_id === decision_id)) {
      const { run_id } = waiting.generated;
      await follow(here, { run_id, decision_id }, yes ? 'pending' : 'skipped', told.reason);
    }
    return [decisionAnswered.of(told, iso(now)), ...events];
  })
  .remember(automationRequested, nothing)
  .remember(invariantBroken, nothing)
  .remember(answerGiven, nothing)
  .remember(decisionAnswered, async ({ data: said }, here) => {
    const { state, now, config } = here;
    const given = answerIn(said);
    if (!given) return;
    state.answers.set(takeAnswer(await state.answers.get(), given, { now, config }));
    const waiting = await state.waiting.get();
    const { decision_id, reason } = said;
    if (!waiting?.queue.some((place) => place.decision_id === decision_id)) return;
    const { run_id } = waiting.generated;
    await follow(here, { run_id, decision_id }, given.answer === 'approve' ? 'pending' : 'skipped', reason);
  })
  .on(outcomeRecorded, async ({ data: { outcome } }, bare) => {
    const here = await withAsked(bare);
    const judged = judgedOf(outcome);
    if (!judged) return [];
    await learnOfPair(here, outcome, judged);
    await learnOfGuest(here, judged, outcome.identity);
    return [];
  })
  .on(clusterSampled, async (_event, bare) => {
    const here = await withAsked(bare);
    await noticeExpired(here);
    return approveNext(here);
  })
  .remember(clusterSampled, async (_event, here) => {
    await noticeExpired(here);
    await closeWhatIsOld(here);
  });

/** A run with what it decides. */
async function decide(here: Here, generated: Generated) {
  const { state, config, now } = here;
  await learnFoundMoves(here, generated);
  const seen = trackRecommendations(await state.tracking.get(), generated, config);
  const tracking = markReady(seen, config);
  const facts = await readFacts(here, generated, tracking);
  const newer = newerThan(generated, await state.waiting.get());
  const recalled = here.recalled === true;
  const occasion = { generated, base: baseLoads(generated), now, config, newer, recalled };
  return { result: decideRun(occasion, facts), facts, newer };
}

/** The run takes the place of the one before it. */
async function takeOver(here: Here, generated: Generated, result: RunResult, facts: Facts) {
  const { state, now, trace } = here;
  state.tracking.set(facts.tracking);
  state.waiting.set({ ...result.waiting, trace });
  state.approvals.set(addApproved(facts.approvals, result.approved, generated.recommendations, now));
  await keepEarlierRun(here, generated.run_id);
  state.summary.set(result.summary);
}

async function withAsked(here: Bare): Promise<Here> {
  const automation = readAutomation((await here.ledger.get(automationKey(here.cluster)))?.value);
  return { ...here, automation, config: inForce(here.config, automation) };
}

/** Changes what is asked of the cluster by compare-and-set; what holds then, whoever wrote it. */
async function change({ ledger, cluster }: Bare, next: (before: Automation) => Automation): Promise<Automation> {
  const key = automationKey(cluster);
  for (;;) {
    const kept = await ledger.get(key);
    const before = readAutomation(kept?.value);
    const after = next(before);
    if (after === before) return before;
    const written = kept ? await ledger.update(key, after, kept.revision) : await ledger.create(key, after);
    if (written !== null) return after;
  }
}

type Failed = Pick<DataOf<typeof migrationFailed>, 'migration' | 'failed_at' | 'reason'>;

/** Remembers that a migration failed, which a person may set aside by a resume; where the configuration says so, pauses the cluster. */
async function stopAfter(here: Bare, { migration, failed_at, reason }: Failed) {
  const { migration_id, guest, source_node, target_node, cluster } = migration;
  const pauses = here.config.automated_migrations.safety_checks.pause_on_failure;
  const sentence = `${guest} ${source_node}->${target_node} failed: ${reason}`.slice(0, 240);
  const pause = pauses ? { reason: sentence } : undefined;
  const automation = await change(here, (before) =>
    noteFailure(before, { migration_id, at: failed_at, pause }, here.now),
  );
  if (automation.changed?.id !== migration_id) return [];
  const { by } = automation.changed;
  const changed = { do: 'pause' as const, reason: sentence };
  return [automationChanged.of({ cluster, change_id: migration_id, by, change: changed, automation }, failed_at)];
}

/** A migration has ended: remember it, learn where the guest is, move the summary on, and let the next one go. */
async function end(
  here: Here,
  migration: ApprovedMigration,
  ended: Ended,
  more: { code?: string; fault?: Fault } = {},
) {
  const { state, now } = here;
  const { at, how, reason } = ended;
  await learnMove(here, migration, { at, how, reason, code: more.code });
  if (more.fault) await learnFailure(here, migration, at, more.fault);
  state.approvals.set(rememberApproval(await state.approvals.get(), migration, { ended }, now));
  const { action, reason: said } = endOf(migration, ended);
  await follow(here, migration, action, said);
  return approveNext(here);
}

/** A failure counts against whom it is to blame on; where nobody knows, against both. */
async function learnFailure(here: Here, migration: ApprovedMigration, at: string, fault: Fault) {
  const judged = failedMove(migration, at);
  const { pair, guest } = blamed(fault);
  if (pair) await learnOfPair(here, migration, judged);
  if (guest) await learnOfGuest(here, judged, migration.identity);
}

/** What was approved long ago is known from what was said of it. */
const approveNext = async (here: Here) => {
  if (!here.recalled) return (await lookAtQueue(here)).events;
  await closeWhatIsOld(here);
  return [];
};

async function closeWhatIsOld(here: Bare) {
  const waiting = await here.state.waiting.get();
  const old = waiting && closeOutdated(waiting, Math.max(here.now, millis(waiting.generated.at)));
  if (old) await close(here, waiting, old);
}

/** Approves what has its turn; `held` says of the rest why not. */
async function lookAtQueue(here: Here) {
  const { state, config, now } = here;
  const waiting = await state.waiting.get();
  const tracking = await state.tracking.get();
  if (!waiting || !tracking || waiting.queue.length === 0) return { events: [], held: {} };
  const facts = await readFacts(here, waiting.generated, tracking);
  const next = lookAgain(waiting, facts, { now: Math.max(now, millis(waiting.generated.at)), config });
  if (next.closed) await close(here, waiting, next);
  const { held = {} } = next;
  if (next.approved.length === 0) return { events: [], held };
  state.waiting.set(next.waiting);
  state.approvals.set(addApproved(facts.approvals, next.approved, waiting.generated.recommendations, now));
  for (const migration of next.approved) await follow(here, migration, 'pending', itsTurn(migration));
  return {
    events: next.approved.map((migration) => migrationApproved.of({ migration }, iso(now), waiting.trace)),
    held,
  };
}

const itsTurn = ({ approved_by }: ApprovedMigration): string =>
  `${approved_by === undefined ? 'approved' : `approved by ${approved_by}`}: its turn in the queue`;

/** Nothing of the run may move any more: forgets what waited, and says so. */
async function close(
  { state }: Bare,
  { queue, generated }: CurrentRun,
  { waiting, closed }: Pick<QueueLook, 'waiting' | 'closed'>,
) {
  state.waiting.set(waiting);
  const summary = await state.summary.get();
  if (summary?.run_id !== generated.run_id || !closed) return;
  state.summary.set(closeQueue(summary, new Set(queue.map(({ decision_id }) => decision_id)), closed));
}

async function readFacts({ state, automation }: Here, generated: Generated, tracking: Tracking): Promise<Facts> {
  const guests = new Map(generated.guests.map(({ guest, identity }) => [guest, identity]));
  const moves = new Map<string, readonly GuestMove[]>();
  const outcomes = new Map<string, readonly JudgedMove[]>();
  const pairs = new Map<string, readonly JudgedMove[]>();
  for (const { guest, source_node, target_node } of generated.recommendations) {
    const known = await state.moves.get(guest);
    const same = isSameGuest(known, guests.get(guest));
    moves.set(guest, (same && known?.moves) || []);
    outcomes.set(guest, (same && (await state.outcomes.get(guest))?.judged) || []);
    const pair = pairOf(source_node, target_node);
    if (!pairs.has(pair)) pairs.set(pair, (await state.pairs.get(pair))?.judged ?? []);
  }
  const answers: Answers = (await state.answers.get())?.entries ?? {};
  return { approvals: await state.approvals.get(), moves, outcomes, pairs, tracking, automation, answers };
}

/** Writes down what others have moved since the last run; a guest that is gone is forgotten when its moves are, one that is another at once. */
async function learnFoundMoves({ state, config, now }: Here, generated: Generated) {
  const last = await state.placements.get();
  const { at } = generated;
  if (last && last.at >= at) return;
  const before: Placed = { nodes: last?.nodes ?? {}, identities: last?.identities ?? {} };
  const seen = placedIn(generated);
  for (const guest of Object.keys(seen.nodes))
    if (!isStillThat(guest, before, seen)) await forgetOther(state, guest, seen.identities[guest]);
  for (const move of noticeMoves(before, seen, await state.approvals.get(), { now, config }))
    state.moves.set(foundMove(await state.moves.get(move.guest), move, at), move.guest);
  const [nodes, identities] = [{ ...seen.nodes }, { ...seen.identities }];
  for (const [guest, node] of Object.entries(before.nodes)) {
    if (guest in seen.nodes) continue;
    const known = await state.moves.get(guest);
    if (known && !isForgotten(known, now)) {
      nodes[guest] = node;
      const identity = before.identities[guest];
      if (identity !== undefined) identities[guest] = identity;
    } else {
      state.moves.remove(guest);
      state.outcomes.remove(guest);
    }
  }
  state.placements.set({ at, nodes, identities });
}

/** What is known of the guest that had a number says nothing about the one that has it now. */
async function forgetOther(state: Here['state'], guest: string, identity: string | undefined) {
  if ((await state.moves.get(guest))?.identity === identity) return;
  state.moves.remove(guest);
  state.outcomes.remove(guest);
}

async function learnMove({ state }: Here, migration: ApprovedMigration, stage: MoveStage) {
  const known = await state.moves.get(migration.guest);
  if (!isSameGuest(known, migration.identity)) state.outcomes.remove(migration.guest);
  state.moves.set(rememberMove(known, migration, stage), migration.guest);
}

async function learnOfPair({ state }: Here, path: Path, judged: JudgedMove) {
  const pair = pairOf(path.source_node, path.target_node);
  state.pairs.set({ judged: rememberJudged((await state.pairs.get(pair))?.judged, judged, mostOfPair) }, pair);
}

/** What is judged late of a guest says nothing about another that has its number since. */
async function learnOfGuest({ state }: Here, judged: JudgedMove, identity: string | undefined) {
  if (!isSameGuest(await state.moves.get(judged.guest), identity)) return;
  const known = (await state.outcomes.get(judged.guest))?.judged;
  state.outcomes.set({ judged: rememberJudged(known, judged, mostOfGuest) }, judged.guest);
}

/** Moves a decision on in the summary of its run: the last one, or an earlier one that was still acting when it was replaced. */
async function follow(
  { state, now }: Bare,
  { run_id, decision_id }: DecisionRef,
  action: DecisionAction,
  reason: string,
) {
  const last = await state.summary.get();
  const part = last?.run_id === run_id ? undefined : run_id;
  const summary = part === undefined ? last : await state.summary.get(part);
  const next = summary && followDecision(summary, decision_id, action, reason, iso(now));
  if (next) state.summary.set(next, part);
}

async function noticeExpired(here: Bare) {
  const known = await here.state.approvals.get();
  for (const approval of expiredUnused(known, here.now))
    await follow(here, approval, 'skipped', `skipped: the approval expired at ${approval.expires_at} unused`);
}

/** A run that still acts when the next one takes its place is kept under its own id, so that it can be followed to its end. */
async function keepEarlierRun({ state, now }: Here, next_run_id: string) {
  const before = await state.summary.get();
  const known = await state.approvals.get();
  const last = before && replaced(before, (id) => known?.entries[id] !== undefined, iso(now));
  if (last?.status !== 'acting' || last.run_id === next_run_id) return;
  state.summary.set(last, last.run_id);
  const earlier = Object.entries(await state.summary.all()).filter(([part]) => part !== 'all');
  for (const part of oldestRuns(earlier, mostEarlierRuns)) state.summary.remove(part);
}

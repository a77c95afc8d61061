import {
  type ApprovedMigration,
  automationChanged,
  type ClusterSample,
  clusterSampled,
  counterfactualRecorded,
  executionsOf,
  heldMoves,
  invariantBroken,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  migrationSpans,
  migrationStarted,
  outcomeRecorded,
  recommendationDecided,
  watchedMigrations,
  watchedPause,
} from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import { type Context, defineService } from '@evenkeel/runtime';
import { beginWatch } from './begin-watch.ts';
import { telling, untold } from './breach.ts';
import { brokenBy, startedWhilePaused } from './broken.ts';
import { heldPart, hold } from './held/hold.ts';
import { trackHeld } from './held/track-held.ts';
import { lookAtSpans } from './look-at-spans.ts';
import { extend, type Heard, outdated } from './span.ts';
import { surveyOf } from './survey.ts';
import { closeAll, superseded, track, unmeasured } from './track.ts';
import { underWay } from './under-way.ts';

const owns = { watchedMigrations, heldMoves, spans: migrationSpans, pause: watchedPause };
type Here = Context<typeof owns, Record<never, never>>;

/** Most held moves that are watched at a time; more say little more. */
const mostHeld = 150;

/**
 * Says three times of each completed migration what it really brought, of each that was held back what it would have, and at
 * once where something happened that never may.
 */
export const outcomeTracker = defineService({
  name: 'outcome-tracker',
  summary:
    'Says what each migration really brought, and what those that were held back would have, after 5 minutes, 1 hour and 24 hours, and where an invariant was broken.',
  owns,
  reads: {},
  publishes: [outcomeRecorded, counterfactualRecorded, invariantBroken],
  begun: async ({ cluster, ledger }) =>
    (await ledger.list(executionsOf(cluster))).flatMap(({ value }) => underWay(value)),
})
  .on(migrationStarted, async ({ data }, here) => {
    const { state } = here;
    const { migration, started_at, upid, deadline_at, max_concurrent_migrations, along_with } = data;
    for (const [part, watched] of Object.entries(await state.watchedMigrations.all()))
      if (watched.guest === migration.guest && watched.completed_at < started_at)
        state.watchedMigrations.set({ ...watched, leaving_by: migration.migration_id }, part);
    const span = { at: started_at, upid, deadline_at, limit: max_concurrent_migrations, along_with };
    return checkInvariants(migration, { kind: 'started', ...span }, here);
  })
  .on(migrationRefused, async ({ data: { migration, refused_at } }, here) =>
    checkInvariants(migration, { kind: 'refused', at: refused_at }, here),
  )
  .on(migrationFailed, async ({ data: { migration, failed_at, upid } }, here) => {
    const { state } = here;
    for (const [part, { leaving_by, ...watched }] of Object.entries(await state.watchedMigrations.all()))
      if (leaving_by === migration.migration_id) state.watchedMigrations.set(watched, part);
    return checkInvariants(migration, { kind: 'failed', at: failed_at, upid }, here);
  })
  .on(migrationCompleted, async ({ data }, here) => {
    const { state, config, now, trace } = here;
    const { migration, completed_at, upid } = data;
    const broken = await checkInvariants(migration, { kind: 'completed', at: completed_at, upid }, here);
    const all = await state.watchedMigrations.all();
    const begun = { ...beginWatch(data), trace };
    if (all[begun.migration_id]) return broken;
    state.watchedMigrations.set(begun, begun.migration_id);
    const outcomes = superseded([...Object.values(all), begun]).flatMap(({ watched, by }) => {
      const undone = migration.parent_id === watched.migration_id;
      const reason = `${undone ? 'brought back' : 'moved again'} to ${by.target_node} by ${by.migration_id}`;
      const { watched: closed, outcomes: left } = closeAll(
        undone ? unmeasured(watched) : watched,
        iso(now),
        reason,
        config.penalty_config,
      );
      if (closed) state.watchedMigrations.set(closed, closed.migration_id);
      return left.map((outcome) => outcomeRecorded.of({ outcome }, iso(now), watched.trace));
    });
    return [...broken, ...outcomes];
  })
  .on(automationChanged, async ({ data: { automation } }, { state }) => {
    const since = automation.pause?.since;
    if (since === undefined) state.pause.remove();
    else if ((await state.pause.get())?.since !== since) state.pause.set({ since, told: [] });
    return [];
  })
  .on(recommendationDecided, async ({ data: decision }, { state, config, trace }) => {
    if (!config.intelligent_migrations.counterfactual_learning_enabled) return [];
    const part = heldPart(decision.recommendation);
    const known = await state.heldMoves.get(part);
    const held = hold(known, decision);
    if (!held || held === known) return [];
    if (!known && Object.keys(await state.heldMoves.all()).length >= mostHeld) return [];
    state.heldMoves.set(known ? held : { ...held, trace }, part);
    return [];
  })
  .on(clusterSampled, async ({ data: sample }, here) => {
    const { state, config } = here;
    const all = await state.watchedMigrations.all();
    const counterfactuals = await lookAtHeld(sample, here);
    const outcomes = Object.entries(all).flatMap(([part, before]) => {
      const { watched, outcomes } = track(before, sample, config.penalty_config, config.nodes);
      if (!watched) state.watchedMigrations.remove(part);
      else if (watched !== before) state.watchedMigrations.set(watched, part);
      return outcomes.map((outcome) => outcomeRecorded.of({ outcome }, sample.at, before.trace));
    });
    return [
      ...(await lookAtRunning(sample, here)),
      ...(await lookAtPause(sample, here)),
      ...outcomes,
      ...counterfactuals,
    ];
  })
  .leave(async ({ state, config, now, cluster }) => {
    const reason = `cluster ${cluster} is no longer configured: nothing of it is seen any more`;
    return Object.values(await state.watchedMigrations.all()).flatMap((before) => {
      const at = iso(Math.max(now, millis(before.completed_at)));
      const { watched, outcomes } = closeAll(before, at, reason, config.penalty_config);
      if (watched) state.watchedMigrations.set(watched, watched.migration_id);
      return outcomes.map((outcome) => outcomeRecorded.of({ outcome }, at, before.trace));
    });
  });

/** Counts a sample towards the moves that were held back, where there are any, and says which of them are judged. */
async function lookAtHeld(sample: ClusterSample, { state, config }: Here) {
  const all = Object.entries(await state.heldMoves.all());
  if (all.length === 0) return [];
  const survey = surveyOf(sample, config.nodes);
  return all.flatMap(([part, before]) => {
    const { held, judged } = trackHeld(before, survey, config.penalty_config);
    if (!held) state.heldMoves.remove(part);
    else if (held !== before) state.heldMoves.set(held, part);
    return judged.map((counterfactual) => counterfactualRecorded.of({ counterfactual }, sample.at, before.trace));
  });
}

/** Remembers from when to when migrations ran, and says what of that may not be. */
async function checkInvariants(
  migration: ApprovedMigration,
  heard: Heard,
  { state, config, config_revision, cluster, now }: Here,
) {
  const all = await state.spans.all();
  for (const part of outdated(all, now)) state.spans.remove(part);
  const id = migration.migration_id;
  const { max_concurrent_migrations: limit, cooldown_minutes } = config.automated_migrations.rules;
  const isSame = migration.config_revision === config_revision;
  const span = extend(all[id], migration, heard, { limit, ...(isSame ? { cooldown_minutes } : {}) });
  if (span === all[id]) return [];
  const broken = untold(brokenBy(span, Object.values(all), now), [span, ...Object.values(all)]);
  state.spans.set(telling(span, broken), id);
  const at = iso(now);
  return broken.map((one) => invariantBroken.of({ cluster, at, ...one }, at));
}

/** What migrations without an end break by now. */
async function lookAtRunning({ at }: ClusterSample, { state, cluster }: Here) {
  const { broken, changed, forgotten } = lookAtSpans(Object.values(await state.spans.all()), at);
  for (const span of changed) state.spans.set(span, span.migration_id);
  for (const id of forgotten) state.spans.remove(id);
  return broken.map((one) => invariantBroken.of({ cluster, at, ...one }, at));
}

/** What has started although a look still sees the cluster paused; each is said once. */
async function lookAtPause(sample: ClusterSample, { state, cluster }: Here) {
  const pause = sample.paused === undefined ? undefined : await state.pause.get();
  if (!pause) return [];
  const all = startedWhilePaused(Object.values(await state.spans.all()), pause.since, sample);
  const fresh = all.filter(({ migration_ids: [id = ''] }) => !pause.told.includes(id));
  if (fresh.length === 0) return [];
  state.pause.set({ ...pause, told: [...pause.told, ...fresh.flatMap((one) => one.migration_ids)].slice(-20) });
  return fresh.map((broken) => invariantBroken.of({ cluster, at: sample.at, ...broken }, sample.at));
}

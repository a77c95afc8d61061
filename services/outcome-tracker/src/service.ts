import {
  clusterSampled,
  counterfactualRecorded,
  heldMoves,
  migrationCompleted,
  migrationFailed,
  migrationStarted,
  outcomeRecorded,
  recommendationDecided,
  watchedMigrations,
} from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { defineService } from '@evenkeel/runtime';
import { beginWatch } from './begin-watch.ts';
import { heldPart, hold } from './held/hold.ts';
import { surveyOf } from './held/survey.ts';
import { trackHeld } from './held/track-held.ts';
import { closeAll, superseded, track } from './track.ts';

/** Most held moves that are watched at a time; more say little more. */
const mostHeld = 150;

/** Says three times of each completed migration what it really brought, and of each that was held back what it would have. */
export const outcomeTracker = defineService({
  name: 'outcome-tracker',
  summary:
    'Says what each migration really brought, and what those that were held back would have, after 5 minutes, 1 hour and 24 hours.',
  owns: { watchedMigrations, heldMoves },
  reads: {},
  publishes: [outcomeRecorded, counterfactualRecorded],
})
  .on(migrationStarted, async ({ data: { migration, started_at } }, { state }) => {
    for (const [part, watched] of Object.entries(await state.watchedMigrations.all()))
      if (watched.guest === migration.guest && watched.completed_at < started_at)
        state.watchedMigrations.set({ ...watched, leaving_by: migration.migration_id }, part);
    return [];
  })
  .on(migrationFailed, async ({ data: { migration } }, { state }) => {
    for (const [part, { leaving_by, ...watched }] of Object.entries(await state.watchedMigrations.all()))
      if (leaving_by === migration.migration_id) state.watchedMigrations.set(watched, part);
    return [];
  })
  .on(migrationCompleted, async ({ data }, { state, config, now, trace }) => {
    const all = await state.watchedMigrations.all();
    const begun = { ...beginWatch(data), trace };
    if (all[begun.migration_id]) return [];
    state.watchedMigrations.set(begun, begun.migration_id);
    return superseded([...Object.values(all), begun]).flatMap(({ watched, by }) => {
      const reason = `moved again to ${by.target_node} by ${by.migration_id}`;
      const { watched: closed, outcomes } = closeAll(watched, iso(now), reason, config.penalty_config);
      if (closed) state.watchedMigrations.set(closed, closed.migration_id);
      return outcomes.map((outcome) => outcomeRecorded.of({ outcome }, iso(now), watched.trace));
    });
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
  .on(clusterSampled, async ({ data: sample }, { state, config }) => {
    const all = await state.watchedMigrations.all();
    const heldBack = await state.heldMoves.all();
    const survey = surveyOf(sample);
    const counterfactuals = Object.entries(heldBack).flatMap(([part, before]) => {
      const { held, judged } = trackHeld(before, survey, config.penalty_config);
      if (!held) state.heldMoves.remove(part);
      else if (held !== before) state.heldMoves.set(held, part);
      return judged.map((counterfactual) => counterfactualRecorded.of({ counterfactual }, sample.at, before.trace));
    });
    const outcomes = Object.entries(all).flatMap(([part, before]) => {
      const { watched, outcomes } = track(before, sample, config.penalty_config);
      if (!watched) state.watchedMigrations.remove(part);
      else if (watched !== before) state.watchedMigrations.set(watched, part);
      return outcomes.map((outcome) => outcomeRecorded.of({ outcome }, sample.at, before.trace));
    });
    return [...outcomes, ...counterfactuals];
  });

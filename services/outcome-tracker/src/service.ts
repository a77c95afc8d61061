import {
  clusterSampled,
  migrationCompleted,
  migrationFailed,
  migrationStarted,
  outcomeRecorded,
  watchedMigrations,
} from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { defineService } from '@evenkeel/runtime';
import { beginWatch } from './begin-watch.ts';
import { closeAll, superseded, track, unmeasured } from './track.ts';

/** Says three times of each completed migration what it really brought. */
export const outcomeTracker = defineService({
  name: 'outcome-tracker',
  summary: 'Says what each migration really brought, 5 minutes, 1 hour and 24 hours after it.',
  owns: { watchedMigrations },
  reads: {},
  publishes: [outcomeRecorded],
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
      const undone = data.migration.parent_id === watched.migration_id;
      const reason = `${undone ? 'brought back' : 'moved again'} to ${by.target_node} by ${by.migration_id}`;
      const { watched: closed, outcomes } = closeAll(
        undone ? unmeasured(watched) : watched,
        iso(now),
        reason,
        config.penalty_config,
      );
      if (closed) state.watchedMigrations.set(closed, closed.migration_id);
      return outcomes.map((outcome) => outcomeRecorded.of({ outcome }, iso(now), watched.trace));
    });
  })
  .on(clusterSampled, async ({ data: sample }, { state, config }) => {
    const all = await state.watchedMigrations.all();
    return Object.entries(all).flatMap(([part, before]) => {
      const { watched, outcomes } = track(before, sample, config.penalty_config);
      if (!watched) state.watchedMigrations.remove(part);
      else if (watched !== before) state.watchedMigrations.set(watched, part);
      return outcomes.map((outcome) => outcomeRecorded.of({ outcome }, sample.at, before.trace));
    });
  });

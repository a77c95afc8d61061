import {
  clusterProfiled,
  clusterSampled,
  type GuestHistory,
  guestHistories,
  historyBackfilled,
  openHours,
} from '@evenkeel/contracts';
import { defineService } from '@evenkeel/runtime';
import { hourMs } from './cell.ts';
import { changePart, closeHours } from './close-hours.ts';
import { foldBackfill } from './fold-backfill.ts';
import { foldSample } from './fold-sample.ts';
import { historyHours, partOf } from './history.ts';
import { localHours } from './local-hours.ts';
import { profileGuests, rememberConclusions } from './profile-guests.ts';

const concluding = rememberConclusions();

export const profiler = defineService({
  name: 'profiler',
  summary: 'Remembers how much CPU and memory every guest used, and says how each behaves.',
  owns: { open: openHours, histories: guestHistories },
  reads: {},
  publishes: [clusterProfiled],
})
  .on(clusterSampled, async ({ data: sample }, { state, config, cluster, recalled }) => {
    const folded = foldSample(await state.open.get(), sample);
    const { open, parts } = closeHours(folded.open, folded.forgotten, folded.resized);
    for (const [part, change] of parts)
      state.histories.set(changePart(await state.histories.get(String(part)), change), String(part));
    state.open.set(open);
    if (!sample.run || recalled) return [];
    const histories = new Map(Object.values(await state.histories.all()).flatMap(Object.entries<GuestHistory>));
    const timezone = config.clusters.find(({ name }) => name === cluster)?.timezone ?? 'UTC';
    const first = Math.floor(Date.parse(open.at) / hourMs) - 3 * historyHours;
    const local = localHours(first, 3 * historyHours + 1, timezone);
    return [
      clusterProfiled.of({ sample, profiles: profileGuests(sample, open, histories, local, concluding) }, sample.at),
    ];
  })
  .on(historyBackfilled, async ({ data: past }, { state }) => {
    const numbers = new Set(past.guests.map(({ guest }) => partOf(guest)));
    const before = new Map<number, Awaited<ReturnType<typeof state.histories.get>>>();
    for (const part of numbers) before.set(part, await state.histories.get(String(part)));
    const { open, parts } = foldBackfill(await state.open.get(), before, past);
    for (const [part, histories] of parts) state.histories.set(histories, String(part));
    state.open.set(open);
    return [];
  });

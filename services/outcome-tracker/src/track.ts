import type { ClusterSample, Config, Horizon, Outcome, WatchedMigration } from '@evenkeel/contracts';
import { millis } from '@evenkeel/model';
import { noSums } from './begin-watch.ts';
import { count } from './count.ts';
import { horizons } from './horizons.ts';
import { judge } from './judge.ts';
import { whereabouts } from './whereabouts.ts';

type Prices = Config['penalty_config'];

/** Null once the last horizon is past; until then what is judged stays, so that nothing is judged twice. */
export type Tracked = { watched: WatchedMigration | null; outcomes: Outcome[] };

/** Counts a sample, and judges the horizons that are due; all that are left where there is nothing more to watch. */
export function track(
  watched: WatchedMigration,
  sample: ClusterSample,
  prices: Prices,
  reserves?: Config['nodes'],
): Tracked {
  const age = millis(sample.at) - millis(watched.completed_at);
  if (age < 0) return { watched, outcomes: [] };
  if (openOf(watched).length === 0) return { watched: past(age) ? null : watched, outcomes: [] };
  const place = whereabouts(watched, sample, reserves);
  if (place.is === 'over') return closeAll(watched, sample.at, place.reason, prices);
  const counted = place.is === 'there' ? count(watched, sample, reserves) : watched;
  const due = openOf(counted).filter(({ to }) => age >= to);
  const outcomes = due.map(({ horizon }) => {
    const blind = place.is === 'unclear' && counted.open[horizon]?.samples === 0;
    return judge(counted, horizon, { at: sample.at, prices, ...(blind ? { closed_early: place.reason } : {}) });
  });
  const judged = due.map(({ horizon }) => horizon);
  return { watched: past(age) ? null : without(counted, judged), outcomes };
}

/** Those that a later migration of the same guest has put an end to, with that migration. */
export function superseded(all: WatchedMigration[]): { watched: WatchedMigration; by: WatchedMigration }[] {
  return all.flatMap((watched) => {
    if (openOf(watched).length === 0) return [];
    const later = all.filter((w) => w.guest === watched.guest && w.completed_at > watched.completed_at);
    const by = later.sort((a, b) => (a.completed_at < b.completed_at ? -1 : 1))[0];
    return by ? [{ watched, by }] : [];
  });
}

/** Judges all that is left, with what was seen up to now. */
export function closeAll(watched: WatchedMigration, at: string, closed_early: string, prices: Prices): Tracked {
  const outcomes = openOf(watched).map(({ horizon }) => judge(watched, horizon, { at, closed_early, prices }));
  return { watched: { ...watched, open: {} }, outcomes };
}

/** As if nothing had been seen of it: a move that was undone for its guest's sake is not judged by what it did to the nodes. */
export const unmeasured = (watched: WatchedMigration): WatchedMigration => ({
  ...watched,
  open: Object.fromEntries(openOf(watched).map(({ horizon }) => [horizon, noSums])),
  so_far: noSums,
});

const openOf = ({ open }: WatchedMigration) => horizons.filter(({ horizon }) => open[horizon] !== undefined);

const past = (age: number) => horizons.every(({ to }) => age >= to);

function without(watched: WatchedMigration, judged: Horizon[]): WatchedMigration {
  if (judged.length === 0) return watched;
  const open = Object.entries(watched.open).filter(([horizon]) => !judged.includes(horizon as Horizon));
  return { ...watched, open: Object.fromEntries(open) };
}

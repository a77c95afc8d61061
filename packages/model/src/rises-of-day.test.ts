import { expect, test } from 'vitest';
import { planState } from './plan-state.ts';
import { risesOfDay } from './rises-of-day.ts';
import { aCluster, aConfig, aGuest, aNode, aProfile } from './sample-cluster.ts';
import { encodeWeekHours } from './week-hours.ts';

const morning = Array.from({ length: 24 }, (_, h) => (h < 12 ? 0.7 : 0.3));
const day = (before: number, after: number) => morning.map((_, h) => expect.closeTo(h < 12 ? before : after, 2));
const guests = [aGuest(1, 'a', { maxcpu: 8 }), aGuest(2, 'b', { maxcpu: 8 }), aGuest(3, 'c')];
const cyclical = { behavior: 'cyclical', window_hours: 336 } as const;
const stateOf = (...changes: object[]) =>
  planState(
    aCluster([aNode('a', { speed_factor: 0.5 }), aNode('b'), aNode('c')], guests),
    guests.map((guest, i) => aProfile(guest, changes[i])),
    aConfig(),
  );

test('a node is raised by the rhythms of its own guests, as a fraction of it', () => {
  const state = stateOf({ ...cyclical, hourly_cpu: morning }, { ...cyclical, hourly_cpu: morning.toReversed() });
  expect(risesOfDay(state, 0, 0)).toEqual(day(0.1, -0.1));
  expect(risesOfDay(state, 1, 3)).toEqual(day(-0.1, 0.1));
  expect(risesOfDay(state, 2, 0)).toBeUndefined();
});

test('by what a peak of the week needs beyond the day, on its weekday', () => {
  const weekly_peak = { hours: encodeWeekHours((h) => h === 24 + 5), cpu: 0.9, otherwise: 0.5 };
  const state = stateOf({}, { ...cyclical, weekly_peak });
  const only = (hour: number) => morning.map((_, h) => expect.closeTo(h === hour ? 0.2 : 0, 6));
  expect([0, 1, 2].map((weekday) => risesOfDay(state, 1, weekday))).toEqual([only(-1), only(5), only(-1)]);
  expect(risesOfDay(state, 0, 1)).toEqual(only(-1));
});

import { clusterSampled, historyBackfilled, outcomeRecorded } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { yetToCome } from './yet-to-come.ts';

const time = '2026-01-01T00:00:00.000Z';
const wall = Date.parse(time);
const minutes = (n: number) => new Date(wall + n * 60_000).toISOString();
const sampled = (at: string, more: object = {}, of = at) => ({
  event: clusterSampled,
  data: { at, ...more },
  time: of,
});

describe('what tells a moment that is yet to come', () => {
  test.each([
    [
      'a sample of the year 9999',
      sampled('9999-01-01T00:00:00.000Z', {}, time),
      /^its data\.at 9999-.* ahead of its own time 2026-01-01T00:00:00\.000Z; 5 min are allowed$/,
    ],
    [
      'a sample by a clock that is wrong',
      sampled('9999-01-01T00:00:00.000Z'),
      /^its time 9999-.* ahead of the clock of who reads it, 2026-.*one of the two clocks is wrong; 5 min are allowed$/,
    ],
    ['a sample just too early', sampled(minutes(5.1)), /^its time 2026-01-01T00:05:06\.000Z is 306 s ahead/],
    [
      'an outcome',
      { event: outcomeRecorded, data: { outcome: { judged_at: minutes(6) } }, time },
      /^its data\.outcome\.judged_at /,
    ],
    [
      'a past that lies ahead',
      {
        event: historyBackfilled,
        data: { at: time, node_history: [[1e300, 1, 0, 0]], guests: [], migrations: [] },
        time,
      },
      /^its data\.node_history 1e\+300 is Infinity s|^its data\.node_history 1e\+300 is 1e\+300 s/,
    ],
  ])('is not believed: %s', (_, told, reason) => expect(yetToCome(told, wall)).toMatch(reason));

  test.each([
    ['a sample of now', sampled(time)],
    ['a clock that is a little ahead', sampled(minutes(5))],
    ['a sample that comes late', sampled(minutes(-300))],
    ['a cluster that has a clock of its own', sampled(minutes(9_000), { own_clock: true })],
    [
      'an outcome of such a cluster',
      { event: outcomeRecorded, data: { outcome: { judged_at: minutes(90) } }, time: minutes(90) },
    ],
  ])('is believed: %s', (_, told) => expect(yetToCome(told, wall)).toBeUndefined());

  test('without a clock to hold it against, only by its own time', () => {
    expect(yetToCome(sampled(minutes(9_000)), undefined)).toBeUndefined();
    expect(yetToCome(sampled(minutes(9_000), {}, time), undefined)).toMatch(/ahead of its own time/);
  });
});

import { expect, test } from 'vitest';
import { beginWatch } from './begin-watch.ts';
import { completed } from './testing/scenes.ts';

const transfer = { started_at: '2026-03-01T11:59:45.000Z', duration_seconds: 12, bytes: 4e9 } as NonNullable<
  ReturnType<typeof completed>['transfer']
>;

test.each([
  ['by what its log says', { ...transfer, downtime_seconds: 0.3 }, 12, 0.3],
  ['by what its log says, as far as it does', transfer, 12, undefined],
  ['by the clock where there is no log', undefined, 18, undefined],
])('how long a move took is known %s', (_, transfer, duration, downtime) => {
  const data = completed();
  const watched = beginWatch({ ...data, ...(transfer ? { transfer } : {}) });
  expect(watched.duration_seconds).toEqual({ predicted: data.migration.expected.duration_seconds, actual: duration });
  expect(watched.downtime_seconds).toEqual({
    predicted: data.migration.expected.downtime_seconds,
    ...(downtime === undefined ? {} : { actual: downtime }),
  });
  expect(watched.transfer).toEqual(transfer);
});

test('clocks that disagree make no move shorter than nothing', () => {
  const data = completed();
  expect(beginWatch({ ...data, started_at: '2026-03-01T12:00:05.000Z' }).duration_seconds.actual).toBe(0);
});

test.each([
  ['chosen for what it brings', {}, undefined],
  ['mandatory', { mandatory: 'drain' as const }, true],
  ['a way back', { parent_id: 'm-0' }, true],
])('%s', (_, change, mandatory) => {
  const data = completed();
  const watched = beginWatch({ ...data, migration: { ...data.migration, ...change } });
  expect(watched.mandatory).toBe(mandatory);
  expect(watched).not.toHaveProperty('cpu_in_an_hour');
});

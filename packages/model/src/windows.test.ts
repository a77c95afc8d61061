import type { ScheduleWindow } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { windowState } from './windows.ts';

const window = (different: object) => ({
  name: 'w',
  days: ['friday'],
  start_time: '22:00',
  end_time: '06:00',
  ...different,
});
const enabled = (windows: object[]) => windows.map((w) => ({ enabled: true, ...w })) as ScheduleWindow[];
const open = (time: string, migration: object[], blackout: object[] = [], timezone = 'UTC') =>
  windowState(
    { timezone, migration_windows: enabled(migration), blackout_windows: enabled(blackout) },
    Date.parse(time),
  );

// 2026-07-17 is a Friday.
test.each([
  { name: '[P35] Friday night reaches into Saturday', time: '2026-07-18T02:00:00Z', window: {}, opens: true },
  { name: '[P35] and does not begin on Friday morning', time: '2026-07-17T02:00:00Z', window: {}, opens: false },
  { name: 'opens at its first minute', time: '2026-07-17T22:00:00Z', window: {}, opens: true },
  { name: 'is closed a minute before', time: '2026-07-17T21:59:59Z', window: {}, opens: false },
  { name: 'closes at its last minute', time: '2026-07-18T06:00:00Z', window: {}, opens: false },
  { name: 'Sunday night reaches into Monday', time: '2026-07-20T03:00:00Z', window: { days: ['sunday'] }, opens: true },
  {
    name: 'within a day',
    time: '2026-07-17T09:30:00Z',
    window: { start_time: '09:00', end_time: '10:00' },
    opens: true,
  },
  { name: 'to the end of the day', time: '2026-07-17T23:59:00Z', window: { end_time: '24:00' }, opens: true },
  { name: 'not beyond it', time: '2026-07-18T00:00:00Z', window: { end_time: '24:00' }, opens: false },
  { name: 'same time: a whole day', time: '2026-07-18T21:59:00Z', window: { end_time: '22:00' }, opens: true },
  { name: 'off is as if it were not there', time: '2026-07-15T12:00:00Z', window: { enabled: false }, opens: true },
  { name: 'in its own time zone', time: '2026-07-17T20:00:00Z', window: { timezone: 'Europe/Berlin' }, opens: true },
  {
    name: 'in winter the same wall clock is an hour later in UTC',
    time: '2026-01-16T20:30:00Z',
    window: { timezone: 'Europe/Berlin' },
    opens: false,
  },
  { name: 'in winter, opened', time: '2026-01-16T21:00:00Z', window: { timezone: 'Europe/Berlin' }, opens: true },
  // Europe/Berlin, Sunday 2026-03-29: 02:00 becomes 03:00.
  {
    name: 'the night on which an hour is missing',
    time: '2026-03-29T01:00:00Z',
    window: { days: ['sunday'], start_time: '03:00', end_time: '04:00', timezone: 'Europe/Berlin' },
    opens: true,
  },
  // Europe/Berlin, Sunday 2026-10-25: 03:00 becomes 02:00.
  {
    name: 'the hour that comes twice, first',
    time: '2026-10-25T00:30:00Z',
    window: { days: ['sunday'], start_time: '02:00', end_time: '03:00', timezone: 'Europe/Berlin' },
    opens: true,
  },
  {
    name: 'the hour that comes twice, again',
    time: '2026-10-25T01:30:00Z',
    window: { days: ['sunday'], start_time: '02:00', end_time: '03:00', timezone: 'Europe/Berlin' },
    opens: true,
  },
  {
    name: 'an unknown time zone closes',
    time: '2026-07-18T02:00:00Z',
    window: { timezone: 'Mars/Base' },
    opens: false,
  },
])('$name', ({ time, window: different, opens }) => {
  expect(open(time, [window(different)]).open).toBe(opens);
});

test('a blackout closes, whatever else is open', () => {
  const blackout = window({ name: 'quarter end', days: ['saturday'], start_time: '00:00', end_time: '12:00' });
  expect(open('2026-07-18T02:00:00Z', [window({})], [blackout])).toEqual({
    open: false,
    reason: 'inside blackout window "quarter end" (saturday 00:00-12:00 UTC)',
  });
});

test('a blackout whose time zone nobody knows closes', () => {
  expect(open('2026-07-15T02:00:00Z', [], [window({ timezone: 'Mars/Base' })])).toEqual({
    open: false,
    reason: 'time zone Mars/Base of window "w" is unknown',
  });
});

test('any open window is enough', () => {
  expect(
    open('2026-07-15T12:00:00Z', [
      window({}),
      window({ name: 'noon', days: ['wednesday'], start_time: '12:00', end_time: '13:00' }),
    ]),
  ).toEqual({
    open: true,
    reason: 'open: "noon" (wednesday 12:00-13:00 UTC)',
  });
});

test('the reason names the windows that are closed', () => {
  expect(open('2026-07-15T12:00:00Z', [window({})]).reason).toBe(
    'outside migration window "w" (friday 22:00-06:00 UTC)',
  );
});

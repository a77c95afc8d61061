import { expect, test } from 'vitest';
import { hourMs } from './cell.ts';
import { localHours } from './local-hours.ts';

test.each([
  ['UTC', '2026-06-01T00:00:00Z', [0, 0, 0, 0, 0, 0, 1]],
  ['Europe/Berlin', '2026-06-01T00:00:00Z', [2, 2, 2, 2, 2, 2, 3]],
  ['Europe/Berlin', '2026-01-01T23:00:00Z', [0, 0, 0, 0, 0, 0, 1]],
  ['Asia/Kolkata', '2026-06-01T00:00:00Z', [5, 5, 5, 6, 6, 6, 6]],
  ['America/New_York', '2026-03-08T06:00:00Z', [1, 1, 1, 1, 1, 1, 3]],
])('ten minutes in %s from %s', (timezone, from, expected) => {
  const { hours } = localHours(Date.parse(from) / hourMs, 2, timezone);
  expect([...hours.slice(0, 7)]).toEqual(expected);
});

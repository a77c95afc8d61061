import { expect, test } from 'vitest';
import { hours, iso, millis, minutes, oldestSample } from './time.ts';

test('times are milliseconds, said in UTC', () => {
  expect(millis('2026-07-15T14:00:00+02:00')).toBe(Date.UTC(2026, 6, 15, 12));
  expect(iso(Date.UTC(2026, 6, 15, 12))).toBe('2026-07-15T12:00:00.000Z');
  expect([minutes(2), hours(2), oldestSample]).toEqual([120_000, 7_200_000, 600_000]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countWeekHours, encodeWeekHours, isWeekHour } from './week-hours.ts';

test('law: what was put in comes out, in 42 characters', () =>
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 167 })), (hours) => {
      const said = encodeWeekHours((hour) => hours.includes(hour));
      expect(said).toMatch(/^[0-9a-f]{42}$/);
      expect(Array.from({ length: 168 }, (_, h) => h).filter((h) => isWeekHour(said, h))).toEqual(
        [...hours].sort((a, b) => a - b),
      );
      expect(countWeekHours(said)).toBe(hours.length);
    }),
  ));

test('Monday 00:00 is the lowest bit of the first digit, Sunday 23:00 the highest of the last', () => {
  expect(encodeWeekHours((hour) => hour === 0)).toBe(`1${'0'.repeat(41)}`);
  expect(encodeWeekHours((hour) => hour === 167)).toBe(`${'0'.repeat(41)}8`);
});

import { expect, test } from 'vitest';
import { readHistory } from './read-history.ts';
import { cellsOf } from './testing/cells-of.ts';

test('what was never seen before the first hour is left out, and so is what is missing from a mean', () => {
  const loads = [undefined, undefined, undefined, undefined, undefined, undefined];
  const second = [undefined, 0.25, 0.25, 1, undefined, undefined];
  const fourth = [0.04, 0.04, 0.04, 0.16, 0.16, 0.16];
  const all = [...loads, ...second, ...loads, ...fourth];
  const history = readHistory(
    cellsOf(4, (i) => all[i], 512),
    1000,
  );
  expect(history).toMatchObject({ end: 1000, seen_hours: 2, samples: 24 });
  expect([...history.hourly]).toEqual([0.5, Number.NaN, expect.closeTo(0.1, 9)]);
  expect([...history.cpu]).toEqual(
    [...second, ...loads, ...fourth].map((cpu) => (cpu === undefined ? Number.NaN : expect.closeTo(cpu, 9))),
  );
  expect([...history.mem].map((bytes) => Math.round(bytes / 2 ** 20 / 4) * 4)).toEqual([512, Number.NaN, 512]);
  expect(history.overall).toMatchObject({ min: expect.closeTo(0.04, 9), max: 1 });
});

test('nothing was seen', () => {
  expect(readHistory('', 5)).toMatchObject({ end: 5, samples: 0, seen_hours: 0 });
  const unseen = readHistory(
    cellsOf(3, () => undefined),
    5,
  );
  expect([unseen.seen_hours, unseen.hourly.length, unseen.samples]).toEqual([0, 3, 0]);
});

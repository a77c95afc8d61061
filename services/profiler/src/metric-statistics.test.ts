import { expect, test } from 'vitest';
import { cpuCode, cpuOfCode, unseen } from './cell.ts';
import { lastDayAndWeek, overall, overallOfCodes } from './metric-statistics.ts';

const near = (value: number) => expect.closeTo(value, 9);

test.each<[string, number[], object]>([
  ['several', [4, 1, Number.NaN, 3, 2], { min: 1, max: 4, mean: 2.5, p95: 4, sd: near(Math.sqrt(1.25)) }],
  ['one', [7], { min: 7, max: 7, mean: 7, p95: 7, sd: 0 }],
  [
    'twenty',
    Array.from({ length: 20 }, (_, i) => i + 1),
    { min: 1, max: 20, mean: 10.5, p95: 19, sd: near(Math.sqrt(33.25)) },
  ],
])('of %s values', (_, values, expected) => expect(overall(Float64Array.from(values))).toEqual(expected));

test.each([
  ['a mixture', [0, 40, 40, 120, unseen, 254, 7]],
  ['always the same', [99, 99, 99]],
  ['one alone', [unseen, 3]],
  ['twenty', Array.from({ length: 20 }, (_, i) => 5 * i)],
  ['nothing at all but idling', [0, 0, unseen]],
])('counted by codes it is the same: %s', (_, codes) => {
  const said = overall(Float64Array.from(codes, (code) => cpuOfCode[code]!));
  const counted = overallOfCodes(Uint8Array.from(codes));
  expect(counted).toEqual({ min: said.min, max: said.max, p95: said.p95, mean: near(said.mean), sd: near(said.sd) });
});

test.each([[[]], [[unseen, unseen]]])('of codes that say nothing nothing is known', (codes) => {
  const { mean, sd, p95 } = overallOfCodes(Uint8Array.from(codes));
  expect([mean, sd, p95]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

test('the last day and week, as far as they were seen', () => {
  const of = (hours: number, value: (h: number) => number) => Float64Array.from({ length: hours }, (_, h) => value(h));
  expect(
    lastDayAndWeek(
      of(200, (h) => (h < 32 ? 9 : h < 176 ? 1 : 8)),
      1,
    ),
  ).toEqual({ day: 8, week: near((144 + 8 * 24) / 168) });
  expect(
    lastDayAndWeek(
      of(200, (h) => (h < 100 ? 3 : Number.NaN)),
      1,
    ),
  ).toEqual({ week: 3 });
  expect(
    lastDayAndWeek(
      of(400, (h) => (h < 100 ? 3 : Number.NaN)),
      1,
    ),
  ).toEqual({});
  expect(
    lastDayAndWeek(
      of(24 * 6 + 6, (i) => (i < 6 ? 9 : 1)),
      6,
    ),
  ).toMatchObject({ day: 1, week: near((54 + 144) / 150) });
  expect(cpuCode(0.25)).toBe(100);
});

import { expect, test } from 'vitest';
import { type Marks, type Stop, secondsOf, stepResults } from './plan-steps.ts';
import { approval, planned } from './testing/index.ts';

const plan = planned(101, 'n1', 'n2').migration_plan;
const [claimed_at, started_at, arrived_at, ended_at] = [0, 1, 2, 3].map((n) => `2026-03-01T12:0${n}:00.000Z`);
const all: Marks = { claimed_at, started_at, arrived_at, ended_at: ended_at! };

type Row = [string, Partial<Marks>, Stop | null, string];
test.each<Row>([
  ['goes well', {}, null, 'done done done done done'],
  [
    'is not what was hoped',
    {},
    { at: 'post_migration_validation', result: 'failed' },
    'done done done failed not_reached',
  ],
  [
    'is stopped',
    { arrived_at: undefined },
    { at: 'live_migration', result: 'timed_out' },
    'done done timed_out not_reached not_reached',
  ],
  [
    'is refused',
    { started_at: undefined, arrived_at: undefined },
    { at: 'migration_preparation', result: 'failed' },
    'done failed not_reached not_reached not_reached',
  ],
  [
    'is refused at once',
    { started_at: undefined, arrived_at: undefined },
    { at: 'pre_migration_validation', result: 'timed_out' },
    'timed_out not_reached not_reached not_reached not_reached',
  ],
])('a migration that %s', (_, marks, stop, expected) => {
  const results = stepResults(plan, { ...all, ...marks }, stop);
  expect(results.map(({ result }) => result).join(' ')).toBe(expected);
  expect(results.map(({ timeout_seconds }) => timeout_seconds)).toEqual([30, 300, 600, 30, 60]);
  for (const { result, started_at, ended_at } of results) {
    expect(started_at === undefined).toBe(result === 'not_reached');
    if (started_at) expect(ended_at! >= started_at).toBe(true);
  }
});

test('the times are those of its stages', () => {
  const at = (minute: number, second = 0) => `2026-03-01T12:0${minute}:${String(second).padStart(2, '0')}.000Z`;
  const marks = { ...all, validated_at: at(0, 20), validating_since: at(2, 5), clearing_since: at(2, 30) };
  const times = (stop: Stop | null, some: Partial<Marks> = {}) =>
    stepResults(plan, { ...marks, ...some }, stop).map(({ started_at, ended_at }) => [started_at, ended_at]);
  const [first, second] = [
    [at(0), at(0, 20)],
    [at(0, 20), at(1)],
  ];
  expect(times(null)).toEqual([first, second, [at(1), at(2)], [at(2, 5), at(2, 30)], [at(2, 30), at(3)]]);
  expect(times({ at: 'post_migration_validation', result: 'failed' })[3]).toEqual([at(2, 5), at(2, 30)]);
  const none = { started_at: undefined, arrived_at: undefined, validating_since: undefined, clearing_since: undefined };
  expect(times({ at: 'migration_preparation', result: 'timed_out' }, none).slice(0, 2)).toEqual([
    first,
    [at(0, 20), at(3)],
  ]);
  expect(times({ at: 'pre_migration_validation', result: 'failed' }, none)[0]).toEqual([at(0), at(3)]);
});

test('a plan says how long a step may take, or nothing of it', () => {
  expect(secondsOf(plan, 'cleanup')).toBe(60);
  expect(secondsOf(approval(101, 'n1', 'n2').migration_plan, 'cleanup')).toBe(undefined);
});

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
  expect(results.map(({ timeout_seconds }) => timeout_seconds)).toEqual([30, 30, 600, 30, 60]);
  for (const { result, started_at, ended_at } of results) {
    expect(started_at === undefined).toBe(result === 'not_reached');
    if (started_at) expect(ended_at! >= started_at).toBe(true);
  }
});

test('the times are those of its stages', () => {
  expect(stepResults(plan, all, null)[2]).toMatchObject({ started_at, ended_at: arrived_at });
  expect(stepResults(plan, all, null)[4]).toMatchObject({ started_at: arrived_at, ended_at });
});

test('a plan says how long a step may take, or nothing of it', () => {
  expect(secondsOf(plan, 'cleanup')).toBe(60);
  expect(secondsOf(approval(101, 'n1', 'n2').migration_plan, 'cleanup')).toBe(undefined);
});

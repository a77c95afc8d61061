import { expect, test } from 'vitest';
import { followDecision, oldestRuns } from './follow.ts';
import { decideRun } from './pipeline.ts';
import { givenFacts, givenOccasion, givenRecommendation, givenRun, lightEffect, vary } from './testing/given.ts';

const light = { effect: lightEffect };
const generated = givenRun(
  ['qemu/101', 'qemu/102'].map((guest, i) => givenRecommendation(vary(light, { guest, rank: i + 1 }))),
);
const config = { automated_migrations: { rules: { max_concurrent_migrations: 2 } } };
const summary = () => decideRun(givenOccasion(generated, { config }), givenFacts(generated)).summary;
const follow = (...ends: ['101' | '102', 'executed' | 'failed' | 'filtered'][]) =>
  ends.reduce(
    (s, [vmid, action], i) =>
      followDecision(s, `run-1.qemu-${vmid}`, action, action, `2026-07-15T12:0${i + 1}:00.000Z`) ?? s,
    summary(),
  );

test.each([
  {
    name: 'one of two',
    ends: [['101', 'executed']],
    status: 'acting',
    counts: { executed: 1, pending: 1 },
    executed: 1,
    successful: 1,
    duration: undefined,
  },
  {
    name: 'both',
    ends: [
      ['101', 'executed'],
      ['102', 'executed'],
    ],
    status: 'success',
    counts: { executed: 2 },
    executed: 2,
    successful: 2,
    duration: 120,
  },
  {
    name: 'one failed',
    ends: [
      ['101', 'executed'],
      ['102', 'failed'],
    ],
    status: 'partial',
    counts: { executed: 1, failed: 1 },
    executed: 2,
    successful: 1,
    duration: 120,
  },
  {
    name: 'both failed',
    ends: [
      ['101', 'failed'],
      ['102', 'failed'],
    ],
    status: 'failed',
    counts: { failed: 2 },
    executed: 2,
    successful: 0,
    duration: 120,
  },
  {
    name: 'both refused',
    ends: [
      ['101', 'filtered'],
      ['102', 'filtered'],
    ],
    status: 'no_action',
    counts: { filtered: 2 },
    executed: 0,
    successful: 0,
    duration: 120,
  },
  {
    name: 'told twice',
    ends: [
      ['101', 'executed'],
      ['101', 'executed'],
    ],
    status: 'acting',
    counts: { executed: 1, pending: 1 },
    executed: 1,
    successful: 1,
    duration: undefined,
  },
  {
    name: 'an end is final',
    ends: [
      ['101', 'executed'],
      ['101', 'failed'],
    ],
    status: 'acting',
    counts: { executed: 1, pending: 1 },
    executed: 1,
    successful: 1,
    duration: undefined,
  },
] as const)('$name', ({ ends, status, counts, executed, successful, duration }) => {
  const followed = follow(...(ends as unknown as Parameters<typeof follow>));
  expect(followed).toMatchObject({ status, counts, migrations_executed: executed, migrations_successful: successful });
  expect(followed.counts).toEqual(counts);
  expect(followed.duration_seconds).toBe(duration);
});

test('a decision of another run changes nothing', () => {
  expect(followDecision(summary(), 'run-0.qemu-101', 'executed', 'x', '2026-07-15T12:01:00Z')).toBeUndefined();
});

test('the oldest runs are let go', () => {
  const at = (day: number) => ({ ...summary(), timestamp: `2026-07-0${day}T00:00:00Z` });
  expect(
    oldestRuns(
      [
        ['b', at(2)],
        ['a', at(1)],
        ['c', at(3)],
      ],
      1,
    ),
  ).toEqual(['b', 'a']);
});

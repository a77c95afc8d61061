import { expect, test } from 'vitest';
import { givenFacts, givenOccasion, givenRun } from './given.ts';
import { decideRun } from './pipeline.ts';

test('a move that nobody objects to is approved', () => {
  const run = givenRun();
  const { decisions, approved, summary } = decideRun(givenOccasion(run), givenFacts(run));
  expect(decisions.map(({ action, reason }) => ({ action, reason }))).toEqual([
    { action: 'pending', reason: 'approved: ranked 1 of 1, relieves pve1' },
  ]);
  expect(decisions[0]?.ladder.map(({ order }) => order)).toEqual(Array.from({ length: 16 }, (_, i) => i));
  expect(approved[0]?.expires_at).toBe('2026-07-15T12:05:00.000Z');
  expect(summary.status).toBe('acting');
});

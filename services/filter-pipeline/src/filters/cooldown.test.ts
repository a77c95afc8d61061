import { expect, test } from 'vitest';
import { ask, givenMove, givenMoves } from '../testing/given.ts';
import { cooldown } from './cooldown.ts';

const often = [
  givenMove(100, 'a', 'b'),
  givenMove(80, 'b', 'a'),
  givenMove(60, 'a', 'b'),
  givenMove(40, 'b', 'a'),
  givenMove(20, 'a', 'b'),
];

test.each([
  { name: 'never moved', moves: [], says: 'passed' },
  {
    name: 'moved 20 min ago',
    moves: [givenMove(1 / 3, 'pve3', 'pve1')],
    says: 'filtered: moved 20 min ago (pve3->pve1), cooldown 30 min, 1 in 7 days',
  },
  { name: 'moved just 30 min ago', moves: [givenMove(0.5, 'pve3', 'pve1')], says: 'passed' },
  {
    name: 'doubled by a second move in 7 days',
    moves: [givenMove(30, 'pve2', 'pve3'), givenMove(0.75, 'pve3', 'pve1')],
    says: 'filtered: moved 45 min ago (pve3->pve1), cooldown 60 min, 2 in 7 days',
  },
  {
    name: 'doubled by one that is just 7 days old',
    moves: [givenMove(168, 'pve2', 'pve3'), givenMove(0.75, 'pve3', 'pve1')],
    says: 'filtered: moved 45 min ago (pve3->pve1), cooldown 60 min, 2 in 7 days',
  },
  {
    name: 'not doubled by a move before 7 days',
    moves: [givenMove(170, 'pve2', 'pve3'), givenMove(0.75, 'pve3', 'pve1')],
    says: 'passed',
  },
  {
    name: 'at most 8 times',
    moves: [...often, givenMove(3.9, 'b', 'pve1')],
    says: 'filtered: moved 3.9 h ago (b->pve1), cooldown 4 h, 6 in 7 days',
  },
  { name: 'after 8 times', moves: [...often, givenMove(4, 'b', 'pve1')], says: 'passed' },
  {
    name: '[P33] a failed move counts',
    moves: [givenMove(0.1, 'pve1', 'pve2', { how: 'failed' })],
    says: 'filtered: failed to move 6 min ago (pve1->pve2), cooldown 30 min',
  },
  {
    name: '[P33] a move that never ended counts',
    moves: [givenMove(0.1, 'pve1', 'pve2', { how: 'started' })],
    says: 'filtered: was tried 6 min ago (pve1->pve2), cooldown 30 min',
  },
  {
    name: 'only moves that were made double it',
    moves: [
      givenMove(40, 'pve3', 'pve1'),
      givenMove(30, 'pve1', 'pve2', { how: 'failed' }),
      givenMove(20, 'pve1', 'pve2', { how: 'started' }),
      givenMove(0.1, 'pve1', 'pve2', { how: 'failed' }),
    ],
    says: 'filtered: failed to move 6 min ago (pve1->pve2), cooldown 30 min, 1 in 7 days',
  },
  {
    name: 'moved by somebody else',
    moves: [givenMove(0.1, 'pve3', 'pve1', { how: 'found' })],
    says: 'filtered: was moved by somebody else 6 min ago (pve3->pve1), cooldown 30 min, 1 in 7 days',
  },
  {
    name: 'refused',
    moves: [givenMove(0.1, 'pve1', 'pve2', { how: 'refused', code: 'not_allowed' })],
    says: 'filtered: was refused 6 min ago (pve1->pve2), cooldown 30 min',
  },
  ...['expired', 'locked', 'unread', 'clocks_disagree'].map((code) => ({
    name: `refused for what says nothing of the guest: ${code}`,
    moves: [givenMove(0.1, 'pve1', 'pve2', { how: 'refused', code })],
    says: 'passed',
  })),
])('$name', ({ moves, says }) => {
  expect(ask(cooldown, { facts: givenMoves(...moves) })).toBe(says);
});

test('a configured 0 is 0', () => {
  const config = { automated_migrations: { rules: { cooldown_minutes: 0 } } };
  expect(ask(cooldown, { config, facts: givenMoves(givenMove(0, 'pve3', 'pve1')) })).toBe('passed');
});

import { expect, test } from 'vitest';
import { ask, givenMove, givenMoves } from '../testing/given.ts';
import { rollback } from './rollback.ts';

test.each([
  { name: 'never moved', moves: [], says: 'passed' },
  {
    name: 'back to where it came from',
    moves: [givenMove(10, 'pve2', 'pve1')],
    says: 'filtered: left pve2 10 h ago, returns after 24 h at the earliest',
  },
  { name: 'back after the window', moves: [givenMove(24, 'pve2', 'pve1')], says: 'passed' },
  { name: 'on to a third node', moves: [givenMove(10, 'pve3', 'pve1')], says: 'passed' },
  {
    name: 'back to where somebody else took it from',
    moves: [givenMove(10, 'pve2', 'pve1', { how: 'found' })],
    says: 'filtered: left pve2 10 h ago, returns after 24 h at the earliest',
  },
  { name: 'a failed attempt left nothing', moves: [givenMove(10, 'pve2', 'pve1', { how: 'failed' })], says: 'passed' },
  {
    name: 'only the node it left last counts',
    moves: [givenMove(12, 'pve2', 'pve3'), givenMove(10, 'pve3', 'pve1')],
    says: 'passed',
  },
])('$name', ({ moves, says }) => {
  expect(ask(rollback, { facts: givenMoves(...moves) })).toBe(says);
});

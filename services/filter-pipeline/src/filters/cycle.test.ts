import { expect, test } from 'vitest';
import { ask, givenMove, givenMoves } from '../testing/given.ts';
import { cycle } from './cycle.ts';

const at = (source_node: string, target_node: string) => ({ source_node, target_node });

test.each([
  { name: 'never moved', move: at('A', 'B'), moves: [], says: 'passed' },
  {
    name: 'closes a circle of three',
    move: at('C', 'A'),
    moves: [givenMove(20, 'A', 'B'), givenMove(10, 'B', 'C')],
    says: 'filtered: cycle detected A->B->C->A, within 48 h',
  },
  {
    name: '[P20] going back one step of three is no circle of three',
    move: at('C', 'B'),
    moves: [givenMove(20, 'A', 'B'), givenMove(10, 'B', 'C')],
    says: 'passed',
  },
  {
    name: 'closes a circle of four that began later',
    move: at('D', 'A'),
    moves: [givenMove(40, 'X', 'A'), givenMove(30, 'A', 'B'), givenMove(20, 'B', 'C'), givenMove(10, 'C', 'D')],
    says: 'filtered: cycle detected A->B->C->D->A, within 48 h',
  },
  {
    name: 'two nodes are the business of rollback',
    move: at('B', 'A'),
    moves: [givenMove(20, 'A', 'B')],
    says: 'passed',
  },
  {
    name: 'closes a circle after a long walk',
    move: at('C', 'A'),
    moves: [
      givenMove(45, 'W', 'X'),
      givenMove(40, 'X', 'Y'),
      givenMove(30, 'Y', 'A'),
      givenMove(20, 'A', 'B'),
      givenMove(10, 'B', 'C'),
    ],
    says: 'filtered: cycle detected A->B->C->A, within 48 h',
  },
  {
    name: 'the first step is as old as the window is long',
    move: at('C', 'A'),
    moves: [givenMove(48, 'A', 'B'), givenMove(10, 'B', 'C')],
    says: 'filtered: cycle detected A->B->C->A, within 48 h',
  },
  {
    name: 'the first step lies outside the window',
    move: at('C', 'A'),
    moves: [givenMove(49, 'A', 'B'), givenMove(10, 'B', 'C')],
    says: 'passed',
  },
  {
    name: 'a failed step was none',
    move: at('C', 'A'),
    moves: [givenMove(20, 'A', 'B', { how: 'failed' }), givenMove(10, 'B', 'C')],
    says: 'passed',
  },
  {
    name: 'a step that nobody told of is seen by where the guest is',
    move: at('C', 'A'),
    moves: [givenMove(20, 'A', 'B')],
    says: 'filtered: cycle detected A->B->C->A, within 48 h',
  },
])('$name', ({ move, moves, says }) => {
  expect(ask(cycle, { recommendation: move, facts: givenMoves(...moves) })).toBe(says);
});

test('the window is a setting', () => {
  const said = (cycle_window_hours: number) =>
    ask(cycle, {
      recommendation: at('C', 'A'),
      facts: givenMoves(givenMove(20, 'A', 'B'), givenMove(10, 'B', 'C')),
      config: { intelligent_migrations: { cycle_window_hours } },
    });
  expect([said(24), said(12)]).toEqual(['filtered: cycle detected A->B->C->A, within 24 h', 'passed']);
});

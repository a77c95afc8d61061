import type { GuestSample } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { notesOf } from './notes-of.ts';
import type { PlannedMove } from './planned-move.ts';
import { emptyMemory } from './remember.ts';
import { startRun } from './start-run.ts';

const drained = { drained: { since: '2026-07-15T12:00:00.000Z', by: 'anna', reason: '' }, maintenance: true };
const notMoved = (n: number) => Array.from({ length: n }, (_, i) => ({ guest: `qemu/${i + 1}`, reason: 'so' }));
const move = {} as PlannedMove;

type Given = { converged?: boolean; guests?: GuestSample[]; moves?: PlannedMove[]; stuck?: number; staying?: number };
const notes = ({ converged = true, guests = [], moves = [], stuck = 0, staying = 0 }: Given) => {
  const sample = aCluster([aNode('a', drained), aNode('b')], guests);
  const convergence = { spread: 1, threshold: 8, converged, reason: 'as they are' };
  const config = aConfig({ penalty_config: { min_score_improvement: 15 } });
  const run = startRun({ sample, profiles: [], scores: [], convergence, config, memory: emptyMemory });
  return notesOf(run, moves, { stuck: notMoved(stuck), staying: notMoved(staying) });
};
const off = (vmid: number, change: Partial<GuestSample> = {}) => aGuest(vmid, 'a', { status: 'stopped', ...change });

test.each<[string, Given, string[]]>([
  ['the nodes are even', { staying: 2 }, ['the nodes are even: as they are']],
  [
    'nothing pays, with three that stay',
    { converged: false, staying: 5 },
    [
      'no move that is allowed brings 15 points more than it costs (as they are)',
      'qemu/1 stays: so',
      'qemu/2 stays: so',
      'qemu/3 stays: so',
    ],
  ],
  ['something moves', { converged: false, moves: [move], staying: 5 }, []],
  ['one cannot leave', { moves: [move], stuck: 1 }, ['qemu/1 cannot leave: so']],
  [
    'ten cannot leave',
    { moves: [move], stuck: 10 },
    [...notMoved(8).map(({ guest }) => `${guest} cannot leave: so`), 'and 2 more guests cannot leave'],
  ],
  ['eight cannot leave', { moves: [move], stuck: 8 }, notMoved(8).map(({ guest }) => `${guest} cannot leave: so`)],
  [
    'some of a drained node are off',
    { moves: [move], guests: [off(1), off(2), off(3, { template: true }), off(4, { node: 'b' }), aGuest(5, 'a')] },
    ['not running, so left on a: qemu/1, qemu/2'],
  ],
  [
    'many are off',
    { moves: [move], guests: Array.from({ length: 10 }, (_, i) => off(i + 1)) },
    ['not running, so left on a: qemu/1, qemu/2, qemu/3, qemu/4, qemu/5, qemu/6, qemu/7, qemu/8 and 2 more'],
  ],
  [
    'rules cannot be kept',
    { moves: [move], guests: [aGuest(1, 'b', { tags: ['plb_pin_a', 'plb_pin_z'] })] },
    [
      'unsatisfiable: pin plb_pin_a, plb_pin_z leaves no node for qemu/1: a is in maintenance',
      'qemu/1: plb_pin_a, plb_pin_z names a node that does not exist',
    ],
  ],
  [
    'more rules cannot be kept than anybody would read',
    { moves: [move], guests: Array.from({ length: 10 }, (_, i) => aGuest(i + 1, 'b', { tags: ['plb_pin_z'] })) },
    [
      ...[10, 1, 2, 3, 4, 5, 6, 7].map((i) => `qemu/${i}: plb_pin_z names a node that does not exist`),
      'and 2 more such rules',
    ],
  ],
])('where %s', (_, given, expected) => expect(notes(given)).toEqual(expected));

test('a sentence with names that go on and on ends all the same', () => {
  const guests = [aGuest(1, 'b', { tags: [`plb_pin_${'z'.repeat(5000)}`] })];
  expect(notes({ moves: [move], guests }).map(({ length }) => length)).toEqual([600]);
});

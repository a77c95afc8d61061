import { planState } from '@evenkeel/model';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { describe } from './describe.ts';
import type { PlannedMove } from './planned-move.ts';

const guests = [aGuest(101, 'a', { cpu: 0.75, maxcpu: 4, mem: 2.5 * GiB }), aGuest(102, 'a')];
const state = planState(aCluster([aNode('a'), aNode('b')], guests), [], aConfig());
const node = (cpu: number, mem: number) => ({ cpu, mem, penalty: 0 });
const move = (change: Partial<PlannedMove> = {}): PlannedMove => ({
  unit: [0],
  source: 0,
  target: 1,
  effect: {
    source_before: node(0.9, 0.5),
    source_after: node(0.7, 0.4),
    target_before: node(0.1, 0.2),
    target_after: node(0.3, 0.25),
  },
  improvement: 12.34,
  improvement_sd: 1,
  costs: [],
  members: [],
  ...change,
});

test.each<[string, Partial<PlannedMove>, boolean, string]>([
  [
    'with its profile',
    {},
    true,
    'vm101 (3.0 cores, 2.5 GiB, steady) to b: a CPU 90 % → 70 %, b 10 % → 30 %; memory 50 % → 40 % and 20 % → 25 %; 12.3 penalty points less',
  ],
  ['that nobody has watched', {}, false, 'vm101 (3.0 cores, 2.5 GiB, unknown) to b: '],
  ['with companions', { unit: [0, 1] }, true, 'vm101 (3.0 cores, 2.5 GiB, steady) with 1 that belong with it to b: '],
  ['that must go', { why: 'a is drained by anna' }, true, 'a is drained by anna: vm101 (3.0 cores'],
  ['that brings nothing', { improvement: 0 }, true, '; 0.0 penalty points less'],
  ['that costs', { improvement: -1 }, true, '; -1.0 penalty points (more)'],
])('a guest %s', (_, change, watched, expected) => {
  const said = describe(move(change), 0, state, watched ? aProfile(guests[0]!) : undefined);
  expect(said).toContain(expected);
});

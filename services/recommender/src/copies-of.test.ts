import type { GuestSample } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { balance } from './balance.ts';
import { startSearch, unitsOf } from './best-move.ts';
import { copiesOf } from './copies-of.ts';
import { mandatoryMoves } from './mandatory-moves.ts';
import { emptyMemory } from './remember.ts';
import { startRun } from './start-run.ts';

const local = (replicated_to: string[]) => ({
  ...aGuest(1, 'a').constraints!,
  local_disk_bytes: 40 * GiB,
  local_disks: 1,
  replicated_to,
});
const busy = (type: 'qemu' | 'lxc', to: string[]) =>
  [1, 2, 3, 4, 5, 6, 7, 8].map((i) =>
    aGuest(i, 'a', { type, cpu: 0.95, tags: ['restart-ok'], constraints: local(to) }),
  );
const planningOf = (guests: GuestSample[], source: object = {}) =>
  startRun({
    sample: aCluster([aNode('a', source), aNode('b'), aNode('c')], guests),
    profiles: guests.map((g) => aProfile(g, { window_hours: 168 })),
    scores: [],
    convergence: { spread: 50, threshold: 5, converged: false, reason: 'uneven' },
    config: aConfig({ penalty_config: { min_score_improvement: 1 } }),
    memory: emptyMemory,
  }).planning;

test('nodes with copies save what the disks would cost, each guest of a unit by itself', () => {
  const { saved, most } = copiesOf(planningOf(busy('qemu', ['c', 'gone'])), [0, 1], () => 24);
  expect([...saved.keys()]).toEqual([2]);
  expect(most).toBe(saved.get(2));
  expect(most).toBeGreaterThan(0);
  expect(copiesOf(planningOf(busy('qemu', [])), [0], () => 24)).toEqual({ saved: new Map(), most: 0 });
});

test.each(['b', 'c'])('of two nodes that are alike the one that has copies wins: %s', (to) => {
  const planning = planningOf(busy('lxc', [to]));
  const search = startSearch(
    planning,
    unitsOf(planning, () => 24, 0),
  );
  const [first] = balance(planning, search, 1);
  expect(planning.state.nodes[first!.target]!.node).toBe(to);
});

test.each(['b', 'c'])('so it does when a node is emptied: %s', (to) => {
  const planning = planningOf(busy('lxc', [to]).slice(0, 1), { maintenance: true });
  const [first] = mandatoryMoves(planning, 1).moves;
  expect(planning.state.nodes[first!.target]!.node).toBe(to);
});

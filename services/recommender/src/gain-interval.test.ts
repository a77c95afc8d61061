import type { ClusterSample } from '@evenkeel/contracts';
import { penaltyOf, planState, z90 } from '@evenkeel/model';
import { aCluster, aConfig, aGuest, aNode, aProfile } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { recommend } from './recommend.ts';
import { emptyMemory } from './remember.ts';

const nodes = [aNode('a'), aNode('b'), aNode('c')];
const guests = Array.from({ length: 8 }, (_, i) => aGuest(101 + i, 'a', { cpu: 0.98, maxcpu: 2 }));
const config = aConfig({ penalty_config: { min_score_improvement: 2 } });
const profilesOf = (sample: ClusterSample) => sample.guests.map((g) => aProfile(g));
const recommended = (sample: ClusterSample) =>
  recommend({
    sample,
    profiles: profilesOf(sample),
    scores: [],
    convergence: { spread: 50, threshold: 8, converged: false, reason: '' },
    config,
    memory: emptyMemory,
  }).recommendations;

/** Penalty of all nodes with the guests where they are said to be. */
function pointsOf(where: Readonly<Record<string, string>>): number {
  const sample = aCluster(
    nodes,
    guests.map((g) => ({ ...g, node: where[g.guest] ?? g.node })),
  );
  const state = planState(sample, profilesOf(sample), config);
  return nodes.reduce((sum, _, n) => sum + penaltyOf(state, n), 0);
}

test('a promise holds before the moves after it are made and once they are, which relieve the same node', () => {
  const moves = recommended(aCluster(nodes, guests));
  const placed = Object.fromEntries(moves.map((r) => [r.guest, r.target_node]));
  expect(moves.length).toBeGreaterThan(2);
  const settled = moves.map(
    ({ guest, source_node }) => pointsOf({ ...placed, [guest]: source_node }) - pointsOf(placed),
  );
  expect(settled[0]).toBeLessThan(moves[0]!.score_improvement / 2);
  moves.forEach(({ improvement: { expected, low, high, sd } }, i) => {
    expect(low).toBeCloseTo(Math.min(expected, settled[i]!) - z90 * sd!, 1);
    expect(high).toBeCloseTo(Math.max(expected, settled[i]!) + z90 * sd!, 1);
  });
});

test('that of a move after which none follows lies evenly around what is expected', () => {
  const last = recommended(aCluster(nodes, guests)).at(-1)!.improvement;
  expect(last.high - last.expected).toBeCloseTo(last.expected - last.low, 2);
});

import type { Recommendation } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile } from '@evenkeel/model/sample-cluster';
import { recommend } from '../recommend.ts';
import { emptyMemory } from '../remember.ts';

const sample = aCluster(
  [aNode('a'), aNode('b')],
  [aGuest(1, 'a', { cpu: 1, maxcpu: 8 }), aGuest(2, 'a', { cpu: 1, maxcpu: 8, tags: ['ignore'] })],
);

/** A recommendation as the recommender makes it: qemu/1 from a, which is full, to b, which is empty; to vary in tests. */
export function aRecommendation(change: { score_improvement?: number; target_cpu?: number } = {}): Recommendation {
  const [found] = recommend({
    sample,
    profiles: sample.guests.map((g) => aProfile(g)),
    scores: [],
    convergence: { spread: 100, threshold: 8, converged: false, reason: 'apart' },
    config: aConfig({ automated_migrations: { safety_checks: { max_node_cpu_percent: 100 } } }),
    memory: emptyMemory,
  }).recommendations;
  if (!found) throw new Error('nothing is recommended');
  const { effect } = found;
  const target_after = { ...effect.target_after, cpu: change.target_cpu ?? effect.target_after.cpu };
  return {
    ...found,
    score_improvement: change.score_improvement ?? found.score_improvement,
    effect: { ...effect, target_after, source_before: { ...effect.source_before, cpu: 0.9 } },
  };
}

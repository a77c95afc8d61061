import type { NodeScore } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { recommend } from './recommend.ts';
import { emptyMemory } from './remember.ts';

const convergence = { spread: 50, threshold: 8, converged: false, reason: 'apart' };
const scoreOf = (node: string, cpu_per_hour: number): NodeScore => ({
  node,
  penalty: 0,
  suitability: 100,
  parts: [],
  cpu: 0,
  mem: 0,
  trend: {
    cpu_per_hour,
    mem_per_hour: 0,
    direction: cpu_per_hour > 0 ? 'rising' : 'flat',
    cpu_in_one_hour: 0,
    samples: 36,
  },
  exceeded: [],
});

/** Node a at 65 % and node b at 40 %, and what is recommended where a rises by so much an hour, and so many percent of time are lost waiting on it. */
function recommendations(rise: number, stalled: number) {
  const guests = [1, 2, 3, 4, 5, 6].map((vmid) => aGuest(vmid, vmid < 5 ? 'a' : 'b', { cpu: 0.65, maxcpu: 4 }));
  const nodes = [aNode('a', { pressure: { cpu_some: stalled } }), aNode('b')];
  const sample = aCluster(nodes, guests);
  const profiles = sample.guests.map((guest) => aProfile(guest, { window_hours: 168, samples: 2000 }));
  const config = aConfig({ penalty_config: { min_score_improvement: 1, weight_trend: 1 } });
  const scores = [scoreOf('a', rise), scoreOf('b', 0)];
  return recommend({ sample, profiles, scores, convergence, config, memory: emptyMemory }).recommendations;
}

describe('a move is worth more', () => {
  const gain = (rise: number, stalled: number) =>
    recommendations(rise, stalled).reduce((sum, r) => sum + r.score_improvement, 0);

  test('off a node whose load rises', () => {
    expect(gain(0.05, 0)).toBeGreaterThan(gain(0, 0) + 5);
    expect(gain(0.1, 0)).toBeGreaterThan(gain(0.05, 0) + 5);
  });

  test('off a node on which tasks wait for a CPU', () => {
    expect(gain(0, 60)).toBeGreaterThan(gain(0, 0) + 5);
  });

  test('and what it is said to bring is the difference of the penalties that are shown', () => {
    for (const { effect, score_improvement } of recommendations(0.05, 60)) {
      const before = effect.source_before.penalty + effect.target_before.penalty;
      const after = effect.source_after.penalty + effect.target_after.penalty;
      expect(score_improvement).toBeCloseTo(before - after, 2);
    }
  });
});

import { gzipSync } from 'node:zlib';
import { clusterScored, recommendationsGenerated } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { recommend } from './recommend.ts';
import { emptyMemory } from './remember.ts';

const nodes = Array.from({ length: 64 }, (_, i) =>
  aNode(`node-${String(i).padStart(2, '0')}`, { maxcpu: 64, maxmem: 512 * GiB }),
);

/** A repeatable number from 0 to 1. */
const chance = (i: number, of: number): number =>
  (Math.imul((i + 1) * 2654435761 + of * 40503, 2246822519) >>> 8) / 2 ** 24;

const cluster = () => {
  const guests = Array.from({ length: 3000 }, (_, i) => {
    const skew = chance(i, 1) ** 2;
    return aGuest(1000 + i, nodes[Math.floor(skew * 64)]!.node, {
      cpu: chance(i, 2) * 0.6,
      maxcpu: [1, 2, 4, 8][i % 4]!,
      mem: (1 + Math.floor(chance(i, 3) * 6)) * GiB,
      maxmem: 8 * GiB,
      netin: Math.floor(chance(i, 4) * 1e7),
      diskwrite: Math.floor(chance(i, 5) * 1e7),
      tags: i % 20 === 0 ? [`exclude_${i % 200}`] : [],
    });
  });
  const profiles = guests.map((g, i) => {
    if (i % 3 > 0) return aProfile(g, { residual_sd: 0.1 });
    const hourly_cpu = Array.from(
      { length: 24 },
      (_, h) => Math.round(1000 * (g.cpu + 0.2 * Math.sin((h + i) / 4))) / 1000,
    );
    return aProfile(g, { behavior: 'cyclical', hourly_cpu, window_hours: 240, residual_sd: 0.1 });
  });
  return { sample: aCluster(nodes, guests), profiles };
};

test('64 nodes and 3,000 guests: fast, and within the budget of the event', () => {
  const { sample, profiles } = cluster();
  const convergence = { spread: 90, threshold: 8, converged: false, reason: 'far apart' };
  const config = aConfig({
    penalty_config: { min_score_improvement: 2 },
    automated_migrations: { rules: { max_migrations_per_run: 20 }, maintenance_nodes: ['node-00'] },
  });
  const input = { sample, profiles, scores: [], convergence, config, memory: emptyMemory };
  recommend(input);
  const begin = process.cpuUsage();
  const out = recommend(input);
  const took = process.cpuUsage(begin).user / 1000;
  expect(out.recommendations.length).toBeGreaterThan(100);
  expect(took).toBeLessThan(1500);
  const bytes = (data: unknown) => gzipSync(JSON.stringify(data)).length;
  expect(bytes(recommendationsGenerated.data.parse(out))).toBeLessThan(recommendationsGenerated.budget_bytes);
  expect(bytes({ sample, profiles, scores: [], convergence })).toBeLessThan(clusterScored.budget_bytes);
});

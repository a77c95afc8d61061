import type { ClusterSample, ConfigInput, GuestSample } from '@evenkeel/contracts';
import { penaltyOf, planState } from '@evenkeel/model';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { recommend } from './recommend.ts';
import { emptyMemory } from './remember.ts';

const apart = { spread: 50, threshold: 5, converged: false, reason: 'apart' };
const on = (more: object = {}): ConfigInput => ({
  penalty_config: { min_score_improvement: 1 },
  automated_migrations: { rules: { allow_exchanges: true, ...more } },
});
const run = (sample: ClusterSample, config: ConfigInput = on(), converged = false) =>
  recommend({
    sample,
    profiles: sample.guests.map((g) => aProfile(g)),
    scores: [],
    convergence: { ...apart, converged },
    config: aConfig(config),
    memory: emptyMemory,
  });
const moves = (sample: ClusterSample, config?: ConfigInput) =>
  run(sample, config).recommendations.map((r) => [r.vmid, r.source_node, r.target_node]);
const node = (name: string) => aNode(name, { maxcpu: 16, maxmem: 64 * GiB });
const guest = (vmid: number, on_node: string, cores: number, gib: number, change: Partial<GuestSample> = {}) =>
  aGuest(vmid, on_node, { cpu: cores / 8, maxcpu: 8, mem: gib * GiB, maxmem: gib * GiB, ...change });

/** The CPU of a is busy, the memory of b is full: nothing of a fits onto b before something of b has left. */
const crossed = (change: Partial<GuestSample> = {}) =>
  aCluster(
    [node('a'), node('b')],
    [
      guest(101, 'a', 6.4, 20),
      guest(102, 'a', 6.4, 10),
      guest(201, 'b', 0.2, 27, change),
      guest(202, 'b', 0.2, 27, change),
    ],
  );

describe('two moves that only pay together', () => {
  test('are recommended as one, in the order in which there is room', () => {
    const found = run(crossed()).recommendations;
    expect(found.map((r) => [r.vmid, r.source_node, r.target_node])).toEqual([
      [201, 'b', 'a'],
      [102, 'a', 'b'],
    ]);
    expect(found.map((r) => r.exchange)).toEqual([
      { step: 1, of: 2, with: { guest: 'qemu/102', target_node: 'b' } },
      { step: 2, of: 2, with: { guest: 'qemu/201', target_node: 'a' } },
    ]);
    const [first, second] = found;
    expect(first!.score_improvement + second!.score_improvement).toBeGreaterThan(2);
    expect(first!.confidence_score).toBe(second!.confidence_score);
    expect(first!.cost_benefit_ratio).toBe(second!.cost_benefit_ratio);
    expect(first!.reason).toMatch(/^qemu\/201 makes room on b for qemu\/102: /);
  });

  test('lower the penalties, and nothing exchanges after that', () => {
    const before = crossed();
    const found = run(before).recommendations;
    const to = new Map(found.map((r) => [r.guest as string, r.target_node]));
    const after = aCluster(
      before.nodes,
      before.guests.map((g) => ({ ...g, node: to.get(g.guest) ?? g.node })),
    );
    const points = (sample: ClusterSample) => {
      const state = planState(
        sample,
        sample.guests.map((g) => aProfile(g)),
        aConfig(on()),
      );
      return state.nodes.reduce((sum, _, n) => sum + penaltyOf(state, n), 0);
    };
    const gain = found.reduce((sum, r) => sum + r.score_improvement, 0);
    expect(points(before) - points(after)).toBeCloseTo(gain, 2);
    expect(moves(after)).toEqual([]);
  });

  test('take a third node where there is no room in the place of the other', () => {
    const tight = aCluster(
      [node('a'), node('b'), node('c')],
      [
        guest(101, 'a', 7.2, 4),
        guest(102, 'a', 7.2, 4),
        guest(201, 'b', 5, 4),
        guest(202, 'b', 4, 4, { tags: ['ignore'] }),
        guest(301, 'c', 7, 4, { tags: ['ignore'] }),
      ],
    );
    const found = run(tight).recommendations;
    expect(found.map((r) => [r.vmid, r.target_node, r.exchange?.step])).toEqual([
      [201, 'c', 1],
      [101, 'b', 2],
    ]);
  });

  test.each<[string, ClusterSample, ConfigInput | undefined, boolean]>([
    ['are not looked for by default', crossed(), { penalty_config: { min_score_improvement: 1 } }, false],
    ['nor where the nodes are even', crossed(), undefined, true],
    ['nor with guests that stay', crossed({ tags: ['ignore'] }), undefined, false],
    ['nor with half of those that belong together', crossed({ tags: ['affinity_x'] }), undefined, false],
  ])('%s', (_, sample, config, converged) => {
    expect(run(sample, config, converged).recommendations).toEqual([]);
  });

  test('waver no more than others between those that are worth the same', () => {
    const last_run = { 'qemu/202': 'a', 'qemu/102': 'b' };
    const again = recommend({
      sample: crossed(),
      profiles: crossed().guests.map((g) => aProfile(g)),
      scores: [],
      convergence: apart,
      config: aConfig(on()),
      memory: { ...emptyMemory, last_run },
    });
    expect(again.recommendations.map((r) => r.vmid)).toEqual([202, 102]);
  });

  test('come after what pays by itself', () => {
    const simple = crossed();
    const sample = aCluster([...simple.nodes, node('c')], simple.guests);
    expect(run(sample).recommendations.every((r) => !r.exchange)).toBe(true);
  });
});

import type { ClusterSample, ConfigInput, GuestSample } from '@evenkeel/contracts';
import { penaltyOf, planState, ruleContext, violationCount } from '@evenkeel/model';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recommend } from './recommend.ts';
import { emptyMemory } from './remember.ts';

const even = {
  spread: 1,
  threshold: 8,
  converged: true,
  reason: 'penalties 1.0 points apart, up to 8.0 are tolerated',
};
const on = (more: object = {}): ConfigInput => ({
  distribution_balancing: { enabled: true, ...more },
  automated_migrations: { rules: { max_migrations_per_run: 100 } },
});
const run = (sample: ClusterSample, config: ConfigInput, converged = true, last_run: Record<string, string> = {}) =>
  recommend({
    sample,
    profiles: sample.guests.map((g) => aProfile(g)),
    scores: [],
    convergence: { ...even, converged },
    config: aConfig(config),
    memory: { ...emptyMemory, last_run },
  });
const moves = (sample: ClusterSample, config = on()) =>
  run(sample, config).recommendations.map((r) => [r.vmid, r.source_node, r.target_node]);

const small = { cpu: 0.2, maxcpu: 1, mem: GiB, maxmem: GiB };
const many = (n: number, node: string, change: Partial<GuestSample> = {}, from = 101) =>
  Array.from({ length: n }, (_, i) => aGuest(from + i, node, { ...small, ...change }));

describe('many small guests on one node', () => {
  const crowded = aCluster([aNode('a'), aNode('b')], many(8, 'a'));

  test('are spread by number although the load is even enough, each move with its reason', () => {
    expect(moves(crowded)).toEqual([
      [101, 'a', 'b'],
      [102, 'a', 'b'],
      [103, 'a', 'b'],
    ]);
    const [first] = run(crowded, on()).recommendations;
    expect(first).toMatchObject({
      purpose: 'distribution',
      reason: expect.stringMatching(/^8 guests run on a, 0 on b: /),
    });
    expect(first!.confidence_score).toBeGreaterThan(85);
  });

  test('are left alone by default', () => expect(moves(crowded, {})).toEqual([]));

  test.each<[string, ConfigInput, number]>([
    ['the difference that is tolerated', on({ guest_count_threshold: 6 }), 1],
    ['none above it', on({ guest_count_threshold: 8 }), 0],
  ])('%s', (_, config, count) => expect(moves(crowded, config)).toHaveLength(count));

  test('larger guests count, but stay', () => {
    const large = [...many(4, 'a', { maxcpu: 4 }), ...many(2, 'a', { maxmem: 8 * GiB }, 201), ...many(1, 'a', {}, 301)];
    expect(moves(aCluster([aNode('a'), aNode('b')], large))).toEqual([[301, 'a', 'b']]);
    expect(moves(aCluster([aNode('a'), aNode('b')], large), on({ max_cpu_cores: 0, max_memory_gb: 0 }))).toHaveLength(
      3,
    );
  });

  test('[P07] never to a node that is offline, in maintenance or ignored, and each guest once', () => {
    const nodes = [
      aNode('a'),
      aNode('b', { status: 'offline' }),
      aNode('c', { maintenance: true }),
      aNode('d'),
      aNode('e'),
    ];
    const found = moves(aCluster(nodes, many(9, 'a')), { ...on(), nodes: { d: { ignore: true } } });
    expect(new Set(found.map(([, , target]) => target))).toEqual(new Set(['e']));
    expect(new Set(found.map(([vmid]) => vmid)).size).toBe(found.length);
  });

  test.each<[string, Partial<GuestSample>, Partial<ClusterSample>]>([
    ['that are tagged so', { tags: ['ignore'] }, {}],
    ['that are pinned', { tags: ['plb_pin_a'] }, {}],
    [
      'that Proxmox balances itself',
      { ha: { state: 'started', auto_rebalance: true } },
      { crs: { mode: 'dynamic', auto_rebalance: true } },
    ],
    ['that are locked', { lock: 'backup' }, {}],
  ])('[P07] never guests %s', (_, change, sample) =>
    expect(moves(aCluster([aNode('a'), aNode('b')], many(8, 'a', change), sample))).toEqual([]),
  );

  test('[P34] never beside a guest from which it is kept apart', () => {
    const guests = [...many(6, 'a', { tags: ['exclude_db'] }), ...many(1, 'b', { tags: ['exclude_db'] }, 201)];
    const found = run(aCluster([aNode('a'), aNode('b'), aNode('c')], guests), on());
    expect(found.recommendations.filter((r) => r.purpose).map((r) => r.target_node)).not.toContain('b');
  });

  test('with their companions or not at all', () => {
    const pair = many(2, 'a', { tags: ['affinity_x'] });
    const found = moves(
      aCluster([aNode('a'), aNode('b')], [...pair, ...many(2, 'a', { maxcpu: 8 }, 201)]),
      on({ guest_count_threshold: 1 }),
    );
    expect(found.map(([vmid]) => vmid)).toEqual([101, 102]);
    const stuck = [pair[0]!, { ...pair[1]!, maxcpu: 8 }];
    expect(moves(aCluster([aNode('a'), aNode('b')], [...stuck, ...many(2, 'a', { maxcpu: 8 }, 201)]))).toEqual([]);
  });

  test('not onto a node that is busier than theirs', () => {
    const busy = aGuest(500, 'b', { cpu: 0.8, maxcpu: 12, mem: 8 * GiB, maxmem: 8 * GiB });
    expect(moves(aCluster([aNode('a'), aNode('b')], [...many(8, 'a', { cpu: 0.1 }), busy]))).toEqual([]);
  });
});

describe('of guests that are as good as each other', () => {
  const nodes = [aNode('a'), aNode('b'), aNode('c')];
  const noisy = (cheap: number) => {
    const guests = many(4, 'a', { maxmem: 4 * GiB, mem: 3 * GiB });
    return aCluster(nodes, [
      ...guests.map((g) => (g.vmid === cheap ? { ...g, mem: GiB } : g)),
      ...many(1, 'b', {}, 201),
      ...many(1, 'c', {}, 301),
    ]);
  };
  const found = (sample: ClusterSample, last_run: Record<string, string> = {}, change: ConfigInput = {}) =>
    run(sample, { ...on({ guest_count_threshold: 2 }), ...change }, true, last_run).recommendations.map(
      (r) => `${r.guest} ${r.target_node}`,
    );

  test('the one that the run before proposed is proposed again, whichever costs least now', () => {
    expect(found(noisy(102))).toEqual(['qemu/102 c']);
    expect(found(noisy(103))).toEqual(['qemu/103 c']);
    expect(found(noisy(103), { 'qemu/102': 'c' })).toEqual(['qemu/102 c']);
    expect(found(noisy(103), { 'qemu/102': 'b' })).toEqual(['qemu/102 b']);
  });

  test.each<[string, Record<string, string>, ConfigInput]>([
    ['may not go', { 'qemu/102': 'c' }, { automated_migrations: { rules: { ignore_guests: ['102'] } } }],
    ['may not go there', { 'qemu/102': 'b' }, { nodes: { b: { ignore: true } } }],
    ['is there', { 'qemu/301': 'c' }, {}],
    ['is where there are not too many', { 'qemu/301': 'b' }, {}],
    ['is gone', { 'qemu/999': 'c' }, {}],
  ])('not where it %s', (_, last_run, change) => {
    expect(found(noisy(103), last_run, change).slice(-1)).toEqual(['qemu/103 c']);
  });
});

describe('laws', () => {
  const guest = fc.record({
    node: fc.constantFrom('a', 'b', 'c'),
    cpu: fc.double({ min: 0, max: 0.9, noNaN: true }),
    maxcpu: fc.integer({ min: 1, max: 4 }),
    tags: fc.constantFrom<string[]>([], ['exclude_x'], ['affinity_y'], ['ignore']),
  });
  const clusters = fc.array(guest, { minLength: 1, maxLength: 24 }).map((all) =>
    aCluster(
      [aNode('a'), aNode('b'), aNode('c')],
      all.map(({ node, ...change }, i) => aGuest(101 + i, node, { ...small, ...change })),
    ),
  );
  const config = aConfig(on({ guest_count_threshold: 1 }));
  const penalties = (sample: ClusterSample) => {
    const state = planState(
      sample,
      sample.guests.map((g) => aProfile(g)),
      config,
    );
    return state.nodes.reduce((sum, _, n) => sum + penaltyOf(state, n), 0);
  };
  const after = (sample: ClusterSample, found: ReturnType<typeof run>) => {
    const to = new Map(found.recommendations.map((r) => [r.guest as string, r.target_node]));
    return aCluster(
      sample.nodes,
      sample.guests.map((g) => ({ ...g, node: to.get(g.guest) ?? g.node })),
    );
  };
  const placed = ({ guests }: ClusterSample) => Object.fromEntries(guests.map((g) => [g.guest, g.node]));

  test('no number is evened out at the price of load or of a rule, and in the end nothing moves', () => {
    fc.assert(
      fc.property(clusters, fc.boolean(), (first, converged) => {
        let sample = first;
        for (let step = 0; ; step++) {
          expect(step).toBeLessThan(40);
          const found = run(sample, on({ guest_count_threshold: 1 }), converged);
          if (found.recommendations.length === 0) break;
          const next = after(sample, found);
          const rules = (s: ClusterSample) => violationCount(placed(s), ruleContext(s, config));
          if (found.recommendations.every((r) => r.purpose))
            expect(penalties(next)).toBeLessThanOrEqual(penalties(sample) + 1e-6);
          expect(rules(next)).toBeLessThanOrEqual(rules(sample));
          sample = next;
        }
      }),
      { numRuns: 60 },
    );
  });
});

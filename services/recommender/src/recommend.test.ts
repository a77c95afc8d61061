import type { ClusterSample, Config, GuestSample } from '@evenkeel/contracts';
import { penaltyOf, planState, ruleContext, unsatisfiable, violationCount } from '@evenkeel/model';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Generated, recommend } from './recommend.ts';
import { emptyMemory, rememberRun } from './remember.ts';

const by_anna = { maintenance: true, drained: { since: '2026-07-15T12:00:00.000Z', by: 'anna', reason: 'new memory' } };

const apart = {
  spread: 50,
  threshold: 8,
  converged: false,
  reason: 'penalties 50.0 points apart, up to 8.0 are tolerated',
};
const still = { ...apart, spread: 2, converged: true };

const run = (sample: ClusterSample, config: Config, change: Partial<Parameters<typeof recommend>[0]> = {}) =>
  recommend({
    sample,
    profiles: sample.guests.map((g) => aProfile(g)),
    scores: [],
    convergence: apart,
    config,
    memory: emptyMemory,
    ...change,
  });

const hot = (cpu = 0.9) =>
  aCluster(
    [aNode('a'), aNode('b'), aNode('c')],
    Array.from({ length: 8 }, (_, i) => aGuest(101 + i, 'a', { cpu, maxcpu: 2 })),
  );

const moves = (out: Generated) => out.recommendations.map((r) => [r.vmid, r.source_node, r.target_node]);

describe('recommend', () => {
  test('a run says who every guest is whose configuration has been read', () => {
    const { constraints: _, ...unread } = aGuest(102, 'b', { identity: 'unread' });
    const { identities, placements } = run(aCluster([aNode('a'), aNode('b')], [aGuest(101, 'a'), unread]), aConfig());
    expect(identities).toEqual({ 'qemu/101': '101' });
    expect(placements).toEqual({ 'qemu/101': 'a', 'qemu/102': 'b' });
  });

  test('a drained node is emptied as far as it can be, those with most memory first, and what stays is named', () => {
    const guests = [
      aGuest(101, 'a', { mem: 2 * GiB }),
      aGuest(102, 'a', { mem: 8 * GiB, maxmem: 8 * GiB, tags: ['ignore'] }),
      aGuest(103, 'a', { type: 'lxc' }),
      aGuest(104, 'a', { status: 'stopped' }),
      aGuest(105, 'b'),
    ];
    const out = run(aCluster([aNode('a', by_anna), aNode('b'), aNode('c')], guests), aConfig(), { convergence: still });
    expect(out.recommendations.map((r) => [r.vmid, r.mandatory])).toEqual([
      [102, 'drain'],
      [101, 'drain'],
    ]);
    expect(out.recommendations[0]!.reason).toContain('a is drained by anna');
    expect(out.recommendations.map((r) => r.target_node)).not.toContain('a');
    expect(out.notes).toContain(
      'lxc/103 cannot leave: containers restart when they move, and allow_container_restarts is off',
    );
    expect(out.notes).toContain('not running, so left on a: qemu/104');
  });

  test('a drain fills no node over its limits: what has no room is stuck, and says so', () => {
    const big = { mem: 30 * GiB, maxmem: 30 * GiB };
    const guests = [101, 102, 103, 104].map((vmid) => aGuest(vmid, 'a', big));
    const out = run(aCluster([aNode('a', by_anna), aNode('b', { mem: 20 * GiB })], guests), aConfig(), {
      convergence: still,
    });
    expect(out.recommendations).toHaveLength(1);
    expect(
      out.notes.filter((note) => /cannot leave: no node can take it: b has no room for it/.test(note)),
    ).toHaveLength(3);
  });

  test('whoever makes room for a drain is told with the node that is emptied', () => {
    const gib = (n: number) => ({ mem: n * GiB, maxmem: n * GiB });
    const guests = [
      aGuest(101, 'a', { ...gib(40), tags: ['plb_pin_b'] }),
      aGuest(102, 'b', gib(30)),
      aGuest(104, 'c', gib(10)),
    ];
    const out = run(aCluster([aNode('a', by_anna), aNode('b'), aNode('c')], guests), aConfig(), { convergence: still });
    expect(out.recommendations.map((r) => [r.vmid, r.source_node, r.mandatory, r.empties])).toEqual([
      [102, 'b', 'drain', 'a'],
      [101, 'a', 'drain', undefined],
    ]);
  });

  test('a saturated node gives guests to idle ones, with all that the filters need', () => {
    const out = run(hot(), aConfig({ penalty_config: { min_score_improvement: 2 } }));
    const [first] = out.recommendations;
    expect(out.recommendations.length).toBeGreaterThan(1);
    expect(first).toMatchObject({ rank: 1, source_node: 'a', has_conflict: false, cluster: 'lab', behavior: 'steady' });
    expect(first!.confidence_score).toBeGreaterThanOrEqual(75);
    expect(first!.cost_benefit_ratio).toBeGreaterThan(1);
    expect(first!.reason).toMatch(
      /^vm10\d \(1\.8 cores, 2\.0 GiB, steady\) to [bc]: a CPU 90 % → 79 %, [bc] 0 % → 11 %; .* penalty points less$/,
    );
    expect(first!.migration_plan.expected_utilization_improvement).toEqual({
      current_utilization: 0.9,
      expected_utilization: 0.788,
      improvement_percentage: 12.5,
    });
    expect(first!.migration_plan.execution_steps.map((s) => s.step)).toEqual([1, 2, 3, 4, 5]);
    expect(out.guests.map((g) => g.guest).sort()).toEqual(out.recommendations.map((r) => r.guest).sort());
  });

  test('an empty history and a sustained overload are enough for the default threshold', () => {
    const sample = hot(0.98);
    const profiles = sample.guests.map((g) =>
      aProfile(g, { behavior: 'unknown', window_hours: 0.25, samples: 3, residual_sd: 0.1 }),
    );
    const out = run(sample, aConfig(), { profiles });
    expect(out.recommendations[0]!.score_improvement).toBeGreaterThanOrEqual(15);
    expect(out.recommendations[0]!.confidence_score).toBeGreaterThanOrEqual(75);
  });

  test('the guest that relieves more comes first', () => {
    const sample = hot(0.7);
    const big = aGuest(200, 'a', { cpu: 0.8, maxcpu: 4 });
    const out = run(
      aCluster(sample.nodes, [...sample.guests, big]),
      aConfig({ penalty_config: { min_score_improvement: 2 } }),
    );
    expect(out.recommendations[0]!.vmid).toBe(200);
  });

  test('a converged cluster is left alone, and says so; mandatory moves still happen', () => {
    expect(run(hot(), aConfig(), { convergence: still })).toMatchObject({
      recommendations: [],
      notes: [`the nodes are even: ${still.reason}`],
    });
    const drained = run(hot(0.1), aConfig({ automated_migrations: { maintenance_nodes: ['a'] } }), {
      convergence: still,
    });
    expect(drained.recommendations).toHaveLength(8);
    expect(new Set(drained.recommendations.map((r) => r.mandatory))).toEqual(new Set(['maintenance']));
  });

  test.each([
    ['a rule keeps it', { tags: ['ignore'] }],
    ['it is locked', { lock: 'backup' }],
    ['it is moving already', {}],
  ])('nothing moves where %s', (what, change) => {
    const sample = hot();
    const guests = sample.guests.map((g) => ({ ...g, ...change }));
    const running_migrations = what.includes('moving')
      ? guests.map((g) => ({ guest: g.guest, source: 'a', target: 'b' }))
      : [];
    expect(run({ ...sample, guests, running_migrations }, aConfig()).recommendations).toEqual([]);
  });

  test('companions go together, each with a recommendation of its own', () => {
    const sample = hot();
    const guests = sample.guests.map((g, i) => (i < 2 ? { ...g, tags: ['affinity_x'] } : g));
    const out = run({ ...sample, guests }, aConfig({ penalty_config: { min_score_improvement: 2 } }));
    const pair = out.recommendations.filter((r) => r.companions.length > 0);
    expect(pair.map((r) => r.companions)).toEqual([['qemu/102'], ['qemu/101']]);
    expect(new Set(pair.map((r) => r.target_node)).size).toBe(1);
  });

  test('each companion has its own share of what they bring and cost, counted once', () => {
    const sample = hot();
    const guests = sample.guests.map((g, i) => (i < 2 ? { ...g, tags: ['affinity_x'] } : g));
    const out = run({ ...sample, guests }, aConfig({ penalty_config: { min_score_improvement: 2 } }));
    const [a, b] = out.recommendations.filter((r) => r.companions.length > 0);
    expect(b!.effect.source_before).toEqual(a!.effect.source_after);
    expect(b!.effect.target_before).toEqual(a!.effect.target_after);
    for (const { effect, score_improvement, guest_load } of [a!, b!]) {
      const { source_before, source_after, target_before, target_after } = effect;
      const before = source_before.penalty + target_before.penalty;
      expect(score_improvement).toBeCloseTo(before - source_after.penalty - target_after.penalty, 2);
      expect(16 * (target_after.cpu - target_before.cpu)).toBeCloseTo(guest_load.cpu_cores.expected, 1);
    }
    const ratio = ((a!.score_improvement + b!.score_improvement) * a!.lasts_hours) / (a!.cost.points + b!.cost.points);
    expect(a!.cost_benefit_ratio).toBeCloseTo(ratio, 0);
    expect(a!.cost_benefit_ratio).toBe(b!.cost_benefit_ratio);
  });

  test('a split group that fits on none of its nodes finds together elsewhere, all of it or nothing', () => {
    const gib = (n: number) => ({ mem: n * GiB, maxmem: n * GiB });
    const guests = [
      aGuest(101, 'a', { ...gib(4), tags: ['affinity_x'] }),
      aGuest(102, 'b', { ...gib(4), tags: ['affinity_x'] }),
      aGuest(103, 'a', { ...gib(54), tags: ['ignore'] }),
      aGuest(104, 'b', { ...gib(54), tags: ['ignore'] }),
    ];
    const out = run(aCluster([aNode('a'), aNode('b'), aNode('c')], guests), aConfig(), { convergence: still });
    expect(out.recommendations.map((r) => [r.guest, r.target_node, r.mandatory, r.companions])).toEqual([
      ['qemu/101', 'c', 'rule', ['qemu/102']],
      ['qemu/102', 'c', 'rule', ['qemu/101']],
    ]);
  });

  test('guests with different peak hours are put together, whatever the hour is now', () => {
    const wave = (from: number) => Array.from({ length: 24 }, (_, h) => ((h - from + 24) % 24 < 12 ? 0.8 : 0.1));
    const guests = Array.from({ length: 8 }, (_, i) =>
      aGuest(101 + i, i < 4 ? 'a' : 'b', { cpu: i < 4 ? 0.8 : 0.1, maxcpu: 4 }),
    );
    const profiles = guests.map((g, i) => {
      const hourly_cpu = wave(i < 4 ? 8 : 20);
      const p = aProfile(g, { behavior: 'cyclical', hourly_cpu, window_hours: 336 });
      return { ...p, cpu: { ...p.cpu, min: 0.1, max: 0.8, mean: 0.45, hour: g.cpu, day: 0.45, week: 0.45 } };
    });
    const config = aConfig({ penalty_config: { min_score_improvement: 0.5 } });
    let sample = aCluster([aNode('a'), aNode('b')], guests);
    for (let i = 0; i < 6; i++) sample = apply(sample, run(sample, config, { profiles }));
    const dayGuestsOn = (node: string) => sample.guests.filter((g, i) => i < 4 && g.node === node).length;
    const nightGuestsOn = (node: string) => sample.guests.filter((g, i) => i >= 4 && g.node === node).length;
    expect([dayGuestsOn('a'), dayGuestsOn('b')]).toEqual([2, 2]);
    expect(nightGuestsOn('b')).toBe(2);
    expect(run(sample, config, { profiles }).recommendations).toEqual([]);
  });

  test('[P14] of guests that are alike the same ones go, in any order', () => {
    const sample = hot();
    const found = moves(run(sample, aConfig()));
    expect(found.length).toBeGreaterThan(0);
    expect(moves(run({ ...sample, guests: sample.guests.toReversed() }, aConfig()))).toEqual(found);
  });
  test('the same answer in any order', () => {
    const config = aConfig({ penalty_config: { min_score_improvement: 1 } });
    fc.assert(
      fc.property(cluster, ({ sample }) => {
        const turned = { ...sample, guests: [...sample.guests].reverse(), nodes: [...sample.nodes].reverse() };
        expect(moves(run(turned, config))).toEqual(moves(run(sample, config)));
      }),
      { numRuns: 40 },
    );
  });
});

const tagSets = [[], [], [], ['exclude_x'], ['exclude_y'], ['affinity_u'], ['affinity_v'], ['plb_pin_b'], ['ignore']];

const cluster = fc
  .record({
    nodes: fc.array(fc.constantFrom(16, 32), { minLength: 3, maxLength: 5 }),
    guests: fc.array(
      fc.record({
        at: fc.nat(4),
        cpu: fc.double({ min: 0, max: 1, noNaN: true }),
        maxcpu: fc.constantFrom(1, 2, 4),
        gib: fc.integer({ min: 1, max: 8 }),
        tags: fc.constantFrom(...tagSets),
      }),
      { minLength: 4, maxLength: 24 },
    ),
    drained: fc.boolean(),
  })
  .map(({ nodes, guests, drained }) => {
    const names = nodes.map((_, i) => 'abcde'[i]!);
    const all = guests.map(
      (g, i): GuestSample =>
        aGuest(100 + i, names[g.at % names.length]!, {
          cpu: g.cpu,
          maxcpu: g.maxcpu,
          mem: g.gib * GiB,
          maxmem: g.gib * GiB,
          tags: g.tags,
        }),
    );
    return {
      sample: aCluster(
        nodes.map((maxcpu, i) => aNode(names[i]!, { maxcpu })),
        all,
      ),
      drained,
    };
  });

const apply = (sample: ClusterSample, out: Generated): ClusterSample => {
  const to = new Map(out.recommendations.map((r) => [r.guest, r.target_node]));
  return aCluster(
    sample.nodes,
    sample.guests.map((g) => ({ ...g, node: to.get(g.guest) ?? g.node })),
  );
};

test.each([
  [true, [103, 104]],
  [false, [101, 102]],
])(
  'with guest_success_tracking_enabled %s a poor record counts accordingly',
  (guest_success_tracking_enabled, first) => {
    const sample = hot();
    const at = Date.parse(sample.at) / 1000;
    const judged = [101, 102].flatMap((vmid) =>
      [1, 2, 3].map((n) => ({
        id: `m${vmid}-${n}`,
        at: at - 3600 * n,
        guest: `qemu/${vmid}`,
        source: 'x',
        target: 'y',
        raw: 0.9,
        verdict: 'harmful' as const,
      })),
    );
    const config = aConfig({ intelligent_migrations: { guest_success_tracking_enabled } });
    const moved = moves(run(sample, config, { memory: { ...emptyMemory, judged } })).map(([vmid]) => vmid);
    expect(moved.slice(0, 2)).toEqual(first);
  },
);

describe('laws, from any placement and rules at constant load', () => {
  test('every balancing move lowers the penalty by what is asked, none breaks a rule, and it comes to rest', () =>
    fc.assert(
      fc.property(cluster, ({ sample: start, drained }) => {
        const config = aConfig({
          penalty_config: { min_score_improvement: 1 },
          automated_migrations: { maintenance_nodes: drained ? ['a'] : [] },
        });
        const sum = (s: ClusterSample) => {
          const state = planState(
            s,
            s.guests.map((g) => aProfile(g)),
            config,
          );
          return state.nodes.reduce((total, _, n) => total + penaltyOf(state, n), 0);
        };
        const broken = (s: ClusterSample) =>
          violationCount(Object.fromEntries(s.guests.map((g) => [g.guest, g.node])), ruleContext(s, config));
        let sample = start;
        let memory = emptyMemory;
        let last: Generated | undefined;
        for (let i = 0; i < 12; i++) {
          last = run(sample, config, { memory });
          if (last.recommendations.length === 0) break;
          const next = apply(sample, last);
          expect(broken(next)).toBeLessThanOrEqual(broken(sample));
          const forced = last.recommendations.some((r) => r.mandatory);
          if (!forced) expect(sum(next)).toBeLessThan(sum(sample) - 0.9);
          else if (!drained) expect(broken(next)).toBeLessThan(broken(sample));
          for (const r of last.recommendations) {
            const unit = last.recommendations.filter((m) => m === r || r.companions.includes(m.guest));
            const gain = unit.reduce((total, m) => total + m.score_improvement, 0);
            if (!r.mandatory) expect(gain).toBeGreaterThanOrEqual(0.99);
          }
          expect(new Set(last.recommendations.map((r) => r.guest)).size).toBe(last.recommendations.length);
          memory = rememberRun(memory, last.recommendations);
          sample = next;
        }
        expect(last!.recommendations).toEqual([]);
        const stuck = new Set(last!.not_recommended.map((n) => n.guest));
        if (drained) for (const g of sample.guests) expect(g.node !== 'a' || stuck.has(g.guest)).toBe(true);
        const free = sample.guests.every((g) => !g.tags.includes('ignore'));
        const ctx = ruleContext(sample, config);
        if (free && !drained && unsatisfiable(ctx).length === 0) expect(broken(sample)).toBe(0);
      }),
      { numRuns: 150 },
    ));
});

describe('what others got wrong', () => {
  const busy = [101, 102, 103, 104, 105].map((vmid) => aGuest(vmid, 'b', { cpu: 0.9, maxcpu: 3 }));
  test('an idle node in maintenance is emptied although its peers are busier', () => {
    const idle = aGuest(106, 'a', { cpu: 0.05, maxcpu: 1 });
    expect(moves(run(aCluster([aNode('a', by_anna), aNode('b')], [...busy.slice(1), idle]), aConfig()))).toEqual([
      [106, 'a', 'b'],
    ]);
  });
  test('nothing goes to a node that is offline, and no guest is recommended twice', () => {
    const out = run(
      aCluster([aNode('b'), aNode('c', { status: 'offline' }), aNode('d')], busy),
      aConfig({ penalty_config: { min_score_improvement: 2 } }),
    );
    expect(out.recommendations.length).toBeGreaterThan(0);
    expect(new Set(out.recommendations.map((r) => r.target_node))).toEqual(new Set(['d']));
    expect(new Set(out.recommendations.map((r) => r.vmid)).size).toBe(out.recommendations.length);
  });
  test('no node is emptied because it is hot: each move counts those before it', () => {
    const out = run(hot(), aConfig());
    expect(out.recommendations.length).toBeLessThan(8);
    const before = out.recommendations.map((r) => r.effect.source_before.cpu);
    expect(before).toEqual([...before].sort((a, b) => b - a));
    expect(new Set(before).size).toBe(before.length);
  });
});

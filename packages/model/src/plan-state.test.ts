import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodePenalty } from './penalty.ts';
import {
  applyMove,
  capsOf,
  fits,
  meanCpu,
  nodeLoad,
  peakCpu,
  penaltyOf,
  penaltyWith,
  planState,
  risesOf,
  usedMemory,
} from './plan-state.ts';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from './sample-cluster.ts';
import { encodeWeekHours } from './week-hours.ts';

const config = aConfig();
const nodes = [aNode('a'), aNode('b', { maxcpu: 32 })];
const wave = (peak: number) => Array.from({ length: 24 }, (_, h) => (h >= peak && h < peak + 6 ? 0.9 : 0.1));

const guests = fc.array(
  fc.record({
    cpu: fc.double({ min: 0, max: 1, noNaN: true }),
    node: fc.constantFrom('a', 'b'),
    cyclical: fc.boolean(),
    peak: fc.integer({ min: 0, max: 17 }),
  }),
  { minLength: 2, maxLength: 12 },
);

const build = (rows: { cpu: number; node: string; cyclical: boolean; peak: number }[]) => {
  const all = rows.map((r, i) => aGuest(100 + i, r.node, { cpu: r.cpu, diskwrite: i * 1e6 }));
  const profiles = all.map((g, i) =>
    aProfile(g, rows[i]!.cyclical ? { behavior: 'cyclical', hourly_cpu: wave(rows[i]!.peak), window_hours: 336 } : {}),
  );
  return { sample: aCluster(nodes, all), profiles };
};

describe('planState', () => {
  test('the penalty of a node is that of its loads, where no guest has a rhythm', () => {
    const { sample, profiles } = build([
      { cpu: 0.7, node: 'a', cyclical: false, peak: 0 },
      { cpu: 0.4, node: 'b', cyclical: false, peak: 0 },
    ]);
    const state = planState(sample, profiles, config);
    for (const n of [0, 1])
      expect(penaltyOf(state, n)).toBeCloseTo(nodePenalty(nodeLoad(state, n), config.penalty_config).penalty, 9);
  });

  test('looking at a move says what making it does, and undoing it restores the state', () =>
    fc.assert(
      fc.property(guests, fc.nat(), (rows, pick) => {
        const { sample, profiles } = build(rows);
        const pressed = sample.nodes.map((n, i) => ({ ...n, pressure: { cpu_some: (pick + 31 * i) % 60 } }));
        const rises = new Map([['a', (pick % 7) / 50]]);
        const state = planState({ ...sample, nodes: pressed }, profiles, config, rises);
        const g = pick % rows.length;
        const source = state.where[g]!;
        const target = 1 - source;
        const before = [penaltyOf(state, 0), penaltyOf(state, 1)];
        const said = [penaltyWith(state, source, [g], -1), penaltyWith(state, target, [g], 1)];
        applyMove(state, g, target);
        expect(penaltyOf(state, source)).toBeCloseTo(said[0]!, 8);
        expect(penaltyOf(state, target)).toBeCloseTo(said[1]!, 8);
        applyMove(state, g, source);
        expect(penaltyOf(state, 0)).toBeCloseTo(before[0]!, 8);
        expect(penaltyOf(state, 1)).toBeCloseTo(before[1]!, 8);
      }),
    ));

  test('the order of what comes in changes nothing', () =>
    fc.assert(
      fc.property(guests, (rows) => {
        const { sample, profiles } = build(rows);
        const turned = { ...sample, nodes: [...sample.nodes].reverse(), guests: [...sample.guests].reverse() };
        const [one, two] = [planState(sample, profiles, config), planState(turned, [...profiles].reverse(), config)];
        expect([...two.cores]).toEqual([...one.cores]);
        expect([penaltyOf(two, 0), penaltyOf(two, 1)]).toEqual([penaltyOf(one, 0), penaltyOf(one, 1)]);
      }),
    ));

  test('bursts of independent guests add as squares', () => {
    const all = [1, 2, 3, 4].map((i) => aGuest(i, 'a', { cpu: 0.1, maxcpu: 4 }));
    const profiles = all.map((g) => {
      const p = aProfile(g, { behavior: 'bursty' });
      return { ...p, cpu: { ...p.cpu, p95: 0.6 } };
    });
    expect(peakCpu(planState(aCluster(nodes, all), profiles, config), 0)).toBeCloseTo((1.6 + 4) / 16, 6);
  });

  test('a guest on its way counts on its target', () => {
    const sample = aCluster(nodes, [aGuest(1, 'a')], {
      running_migrations: [{ guest: 'qemu/1', source: 'a', target: 'b' }],
    });
    const state = planState(sample, [], config);
    expect(state.placement['qemu/1']).toBe('b');
    expect(state.mem[1]).toBe(2 * GiB);
  });

  test('what the host uses beyond its guests stays, and its reserve is not for guests', () => {
    const sample = aCluster([aNode('a'), aNode('b')], [aGuest(1, 'a')]);
    const host = { ...sample, nodes: sample.nodes.map((n) => ({ ...n, mem: n.mem + 8 * GiB, cpu: n.cpu + 0.25 })) };
    const state = planState(host, [], aConfig({ nodes: { a: { memory_reserve_gib: 14 } } }));
    expect(usedMemory(state, 0)).toBeCloseTo(10 / 50, 9);
    expect(state.cores[1]).toBeCloseTo(4, 9);
  });

  test.each([
    ['room', {}, {}, true],
    ['CPU over the cap', { cpu: 1, maxcpu: 30 }, {}, false],
    ['memory over the cap', { mem: 60 * GiB, maxmem: 60 * GiB }, {}, false],
    [
      'memory within the reserve',
      { mem: 30 * GiB, maxmem: 30 * GiB },
      { nodes: { b: { memory_reserve_gib: 32 } } },
      false,
    ],
    ['assigned over the ratio', { maxmem: 97 * GiB }, {}, false],
  ])('fits: %s', (_, change, settings, expected) => {
    const c = aConfig(settings);
    const guest = aGuest(1, 'a', change);
    const state = planState(aCluster(nodes, [guest]), [aProfile(guest)], c);
    expect(fits(state, 1, [0], capsOf(c))).toBe(expected);
  });
});

describe('peaks of the week', () => {
  const on = (vmid: number, node: string, weekday: number) => {
    const guest = aGuest(vmid, node, { cpu: 0.1, maxcpu: 16 });
    const hours = encodeWeekHours((hour) => Math.floor(hour / 24) === weekday);
    const weekly_peak = { hours, cpu: 0.5, otherwise: 0.1 };
    return { guest, profile: aProfile(guest, { behavior: 'cyclical', period_hours: 168, weekly_peak }) };
  };
  const stateOf = (...weekdays: [number, number]) => {
    const all = [on(1, 'a', weekdays[0]), on(2, 'b', weekdays[1])];
    const sample = aCluster(
      [aNode('a'), aNode('b')],
      all.map((g) => g.guest),
    );
    return planState(
      sample,
      all.map((g) => g.profile),
      config,
    );
  };

  test('a node must be ready for that of its guest, and is none the dearer today', () => {
    const state = stateOf(5, 6);
    expect([meanCpu(state, 0), peakCpu(state, 0)]).toEqual([expect.closeTo(0.1), expect.closeTo(0.5)]);
    expect(penaltyOf(state, 0)).toBeCloseTo(nodePenalty(nodeLoad(state, 0), config.penalty_config).penalty, 9);
  });

  test.each([
    ['on different days fit where both on one would not', 5, 6, true],
    ['on the same day are too much together', 6, 6, false],
  ])('two of them %s', (_, first, second, expected) => {
    const state = stateOf(first, second);
    expect(fits(state, 0, [1], capsOf(config))).toBe(expected);
    applyMove(state, 1, 0);
    expect(peakCpu(state, 0) <= capsOf(config).cpu).toBe(expected);
    expect(peakCpu(state, 1)).toBeCloseTo(0, 9);
  });
});

describe('pressure and trend', () => {
  const stalled = (a: number, b = 0) => [
    aNode('a', { pressure: { cpu_some: a } }),
    aNode('b', { maxcpu: 32, ...(b > 0 ? { pressure: { cpu_some: b } } : {}) }),
  ];
  const small = aGuest(1, 'a', { cpu: 0.5, maxcpu: 4 });
  const big = aGuest(2, 'a', { cpu: 0.75, maxcpu: 8 });
  const profiles = [small, big].map((g) => aProfile(g));
  const stateOf = (psi: number, rise: number, settings = {}) =>
    planState(aCluster(stalled(psi), [small, big]), profiles, aConfig(settings), new Map([['a', rise]]));

  test('a guest takes along as much of both as it has of the CPU, spread over the threads of its new node', () => {
    const state = stateOf(40, 0.08);
    applyMove(state, state.guestIndex.get('qemu/1')!, 1);
    expect(nodeLoad(state, 0)).toMatchObject({ pressure: expect.closeTo(30), rise_per_hour: expect.closeTo(0.06) });
    expect(nodeLoad(state, 1)).toMatchObject({ pressure: expect.closeTo(5), rise_per_hour: expect.closeTo(0.01) });
  });

  test('what the host itself uses keeps its part', () => {
    const sample = aCluster(stalled(40), [small]);
    const host = { ...sample, nodes: sample.nodes.map((n) => ({ ...n, cpu: n.node === 'a' ? 0.5 : n.cpu })) };
    const state = planState(host, profiles, config, new Map([['a', 0.08]]));
    applyMove(state, 0, 1);
    expect(nodeLoad(state, 0)).toMatchObject({ pressure: expect.closeTo(30), rise_per_hour: expect.closeTo(0.06) });
  });

  test('a node that nobody can leave keeps both', () => {
    const state = planState(aCluster(stalled(40), []), [], config, new Map([['a', 0.08]]));
    expect(nodeLoad(state, 0)).toMatchObject({ pressure: 40, rise_per_hour: 0.08 });
  });

  test('the more a node rises, the more it gains by a guest that leaves', () => {
    const relief = (rise: number) => {
      const state = stateOf(0, rise, { penalty_config: { weight_trend: 1 } });
      return penaltyOf(state, 0) - penaltyWith(state, 0, [1], -1);
    };
    expect(relief(0.05)).toBeGreaterThan(relief(0) + 3);
    expect(relief(0.1)).toBeGreaterThan(relief(0.05) + 3);
  });

  test('the more tasks wait on a node, the more two nodes gain by a guest that goes from it to one like it on which none does', () => {
    const gain = (psi: number) => {
      const sample = aCluster([aNode('a', { pressure: { cpu_some: psi } }), aNode('b')], [small, big]);
      const state = planState(sample, profiles, config);
      const before = penaltyOf(state, 0) + penaltyOf(state, 1);
      return before - penaltyWith(state, 0, [1], -1) - penaltyWith(state, 1, [1], 1);
    };
    expect(gain(30)).toBeGreaterThan(gain(0) + 1);
    expect(gain(60)).toBeGreaterThan(gain(30) + 5);
  });

  test('law: the penalty of a node is that of its loads, pressure and trend among them', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.double({ min: 0, max: 0.2, noNaN: true }), (psi, rise) => {
        const state = stateOf(psi, rise);
        applyMove(state, 0, 1);
        for (const n of [0, 1])
          expect(penaltyOf(state, n)).toBeCloseTo(nodePenalty(nodeLoad(state, n), config.penalty_config).penalty, 9);
      }),
    ));

  test('only a significant rise counts', () => {
    const trend = (direction: 'rising' | 'falling' | 'flat' | 'unknown', cpu_per_hour: number) => ({
      node: direction,
      trend: { direction, cpu_per_hour, mem_per_hour: 0, cpu_in_one_hour: 0, samples: 12 },
    });
    const seen = [trend('rising', 0.05), trend('falling', -0.05), trend('flat', 0.01), trend('unknown', 0.3)];
    expect([...risesOf(seen)]).toEqual([['rising', 0.05]]);
  });
});

test.each(['qemu', 'lxc'] as const)('what a %s uses of its vCPUs is so many cores of its node', (type) => {
  const guest = aGuest(1, 'a', { type, cpu: 0.59, maxcpu: 8 });
  const state = planState(aCluster([aNode('a')], [guest]), [aProfile(guest)], aConfig());
  expect(state.guests[0]!.prediction.cores).toBeCloseTo(4.72);
  expect(meanCpu(state, 0)).toBeCloseTo(4.72 / 16);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuCurve, nodePenalty } from './penalty.ts';
import {
  applyMove,
  assignedMemory,
  capsOf,
  cpuAt,
  fits,
  hourlyPenalties,
  meanCpu,
  nodeLoad,
  type PlanState,
  peakCpu,
  penaltyOf,
  penaltyWith,
  planState,
  risesOf,
  usedMemory,
} from './plan-state.ts';
import type { GuestPrediction } from './predict.ts';
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
    const state = planState(host, [], aConfig({ nodes: { a: { memory_reserve_gib: 6 } } }));
    expect(usedMemory(state, 0)).toBeCloseTo((2 + 2) / 58, 9);
    expect(usedMemory(state, 1)).toBeCloseTo(8 / 64, 9);
    expect(state.cores[1]).toBeCloseTo(4, 9);
  });

  test('paused guests keep their memory, and use no CPU whatever they used to', () => {
    const used = [1, 2, 3].map((i) => aGuest(i, 'a', { cpu: 0.9, maxcpu: 4 }));
    const profiles = used.map((g) => aProfile(g, { behavior: 'cyclical', hourly_cpu: wave(3), window_hours: 336 }));
    const now = used.map((g) => (g.vmid === 1 ? g : { ...g, cpu: 0, status: 'paused' as const }));
    const sample = aCluster([aNode('a')], now);
    const held = { ...sample, nodes: sample.nodes.map((n) => ({ ...n, mem: 6 * GiB })) };
    const state = planState(held, profiles.slice(1), config);
    expect(state.cores[0]).toBeCloseTo(0.9 * 4, 9);
    expect(cpuAt(state, 0, 4)).toBeCloseTo(0.225, 9);
    expect(state.margin2[0]).toBe(state.guests[0]!.prediction.margin_cores ** 2);
    expect([state.mem[0], state.assigned[0]]).toEqual([6 * GiB, 12 * GiB]);
  });

  test('what the host uses of its reserve does not count a second time', () => {
    const sample = aCluster([aNode('a')], [aGuest(1, 'a')]);
    const host = { ...sample, nodes: sample.nodes.map((n) => ({ ...n, mem: n.mem + 8 * GiB })) };
    const state = planState(host, [], aConfig({ nodes: { a: { memory_reserve_gib: 14 } } }));
    expect(usedMemory(state, 0)).toBeCloseTo(2 / 50, 9);
  });

  test('what a guest will use comes on top of what its host uses, and goes with it', () => {
    const guest = aGuest(1, 'a', { mem: 30 * GiB, maxmem: 48 * GiB });
    const sample = aCluster([aNode('a'), aNode('b')], [guest]);
    const host = { ...sample, nodes: sample.nodes.map((n) => (n.node === 'a' ? { ...n, mem: n.mem + 12 * GiB } : n)) };
    const profile = aProfile(guest, { behavior: 'growing', mem_growth_per_day: 6 * GiB });
    const state = planState(host, [profile], config);
    expect([state.mem[0], state.mem[1]]).toEqual([54 * GiB, 0]);
    applyMove(state, 0, 1);
    expect([state.mem[0], state.mem[1]]).toEqual([12 * GiB, 42 * GiB]);
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

  test.each([
    ['max_node_cpu_percent', { cpu: 0.9, maxcpu: 26 }, 70, 90],
    ['max_node_memory_percent', { mem: 50 * GiB, maxmem: 50 * GiB }, 75, 95],
    ['max_memory_assigned_percent', { maxmem: 80 * GiB }, 120, 130],
  ])('a guest has room by the %s of the configuration', (option, change, tight, wide) => {
    const guest = aGuest(1, 'a', change);
    const state = planState(aCluster(nodes, [guest]), [aProfile(guest)], config);
    const fitsAt = (percent: number) =>
      fits(state, 1, [0], capsOf(aConfig({ automated_migrations: { safety_checks: { [option]: percent } } })));
    expect([fitsAt(tight), fitsAt(wide)]).toEqual([false, true]);
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

/** Four vCPUs that are busy in some hours and rest in the others; half busy on average. */
const inTurn = (vmid: number, node: string, busy: (h: number) => boolean, at = 12) => {
  const hourly_cpu = Array.from({ length: 24 }, (_, h) => (busy(h) ? 0.9 : 0.1));
  const guest = aGuest(vmid, node, { cpu: hourly_cpu[at]!, maxcpu: 4 });
  const cpu = { ...aProfile(guest).cpu, day: 0.5, week: 0.5, max: 0.9 };
  const profile = aProfile(guest, { behavior: 'cyclical', hourly_cpu, window_hours: 336, residual_sd: 0, cpu });
  return { guest, profile };
};
const mornings = (h: number) => h < 12;
const evenings = (h: number) => h >= 12;
const stateOf = (all: ReturnType<typeof inTurn>[], change: object = {}, on = [aNode('a'), aNode('b')]) =>
  planState(
    aCluster(
      on,
      all.map(({ guest }) => guest),
    ),
    all.map(({ profile }) => profile),
    aConfig(change),
  );
const still = (guest: ReturnType<typeof aGuest>, change = {}) => ({ guest, profile: aProfile(guest, change) });

describe('a rhythm', () => {
  const calm = still(aGuest(9, 'a', { cpu: 0.5, maxcpu: 8 }));
  test('makes each hour of a node its own', () => {
    const state = stateOf([inTurn(1, 'a', mornings), calm]);
    expect([0, 11, 12, 23].map((h) => cpuAt(state, 0, h))).toEqual(
      [7.6, 7.6, 4.4, 4.4].map((c) => expect.closeTo(c / 16, 9)),
    );
    expect([0, 12].map((h) => cpuAt(state, 1, h))).toEqual([0, 0]);
    expect(meanCpu(state, 0)).toBeCloseTo(6 / 16, 9);
    expect(peakCpu(state, 0)).toBeCloseTo(7.6 / 16, 9);
    expect(peakCpu(stateOf([calm]), 0)).toBeCloseTo(4 / 16, 9);
  });

  test('is priced hour by hour, and what does not vary comes on top', () => {
    const full = { ...calm, guest: { ...calm.guest, mem: 40 * GiB } };
    const state = stateOf([inTurn(1, 'a', mornings), full]);
    const { penalty } = nodePenalty({ ...nodeLoad(state, 0), cpu: 0 }, config.penalty_config);
    const sd = (config.penalty_config.weight_spikes / 0.2) * (nodeLoad(state, 0).spikes! / 1.645);
    const rest = penalty - cpuCurve(0, sd);
    const [morning, evening] = [cpuCurve(7.6 / 16, sd) + rest, cpuCurve(4.4 / 16, sd) + rest];
    const hours = hourlyPenalties(state, 0);
    expect(hours).toEqual(Array.from({ length: 24 }, (_, h) => expect.closeTo(h < 12 ? morning : evening, 2)));
    expect(penaltyOf(state, 0)).toBeCloseTo((morning + evening) / 2, 2);
    expect(rest).toBeGreaterThan(1);
  });

  test.each([
    ['two that are busy in turn', evenings, true],
    ['two that are busy at once', mornings, false],
  ])('counts by the hour where there is room for it: %s', (_, busy, expected) => {
    const cap = { cpu: 0.3, mem: 1, assigned: 1 };
    const state = stateOf([inTurn(1, 'a', mornings), inTurn(2, 'b', busy)]);
    expect(fits(state, 1, [0], cap)).toBe(expected);
    expect(fits(state, 0, [1], cap)).toBe(expected);
  });

  test('of those that come finds room where its own busy hours do', () => {
    const state = stateOf([inTurn(1, 'a', mornings), still(aGuest(2, 'b', { cpu: 0.5, maxcpu: 8 }))]);
    const cap = (cpu: number) => ({ cpu: cpu / 16, mem: 1, assigned: 1 });
    expect([7.5, 7.7].map((cpu) => fits(state, 1, [0], cap(cpu)))).toEqual([false, true]);
    expect([7.5, 7.7].map((cpu) => fits(state, 0, [1], cap(cpu)))).toEqual([false, true]);
  });

  test.each([
    ['UTC', 12, 0.1],
    ['America/New_York', 7, 0.9],
  ])('has its phase taken out by the clock of the cluster: %s', (timezone, at, now) => {
    const clusters = [
      { name: 'far', hosts: ['x'], timezone: 'Asia/Tokyo' },
      { name: 'lab', hosts: ['y'], timezone },
    ];
    const one = inTurn(1, 'a', mornings, at);
    expect(one.guest.cpu).toBe(now);
    expect(meanCpu(stateOf([one], { clusters }), 0)).toBeCloseTo(2 / 16, 9);
  });
});

describe('a move', () => {
  const mixed = [
    inTurn(1, 'a', mornings),
    still(aGuest(2, 'a', { cpu: 0.3, maxcpu: 8, mem: 3 * GiB, maxmem: 80 * GiB }), { residual_sd: 0.2 }),
    still(aGuest(3, 'b', { cpu: 0.6, mem: 20 * GiB }), { behavior: 'unknown', residual_sd: 0.1 }),
    still(aGuest(4, 'b', { cpu: 0.6, maxcpu: 4 })),
  ];
  mixed[3]!.profile.cpu = { ...mixed[3]!.profile.cpu, day: 0.2, week: 0.2 };
  const elsewhere = (guest: string) =>
    mixed.map((one) =>
      one.guest.guest === guest ? { ...one, guest: { ...one.guest, node: one.guest.node === 'a' ? 'b' : 'a' } } : one,
    );
  const sums = (state: PlanState) => {
    const { cores, hours, shaped, margin2, spikes2, variance, away, mem, assigned } = state;
    return [cores, hours, shaped, margin2, spikes2, variance, away, mem, assigned].map((all) =>
      Array.from(all, (v) => expect.closeTo(v, 6)),
    );
  };

  test.each([1, 2, 3, 4])('of guest %i leads to what had been, had it always been there', (vmid) => {
    const state = stateOf(mixed);
    const target = 1 - state.where[vmid - 1]!;
    const there = stateOf(elsewhere(`qemu/${vmid}`));
    const said = [1, -1].map((sign) =>
      hourlyPenalties(state, sign === 1 ? target : 1 - target, [vmid - 1], sign as 1 | -1),
    );
    applyMove(state, vmid - 1, target);
    const { cores, hours, shaped, margin2, spikes2, variance, away, mem, assigned } = state;
    const now = [cores, hours, shaped, margin2, spikes2, variance, away, mem, assigned].map((all) => [...all]);
    expect(now).toEqual(sums(there));
    expect(state.placement).toEqual(there.placement);
    expect(said).toEqual([target, 1 - target].map((n) => hourlyPenalties(there, n).map((p) => expect.closeTo(p, 6))));
    expect(state.away.some((c) => Math.abs(c) > 0.1)).toBe(true);
  });

  test('of more cores costs what that many more would', () => {
    const state = stateOf([still(aGuest(1, 'a', { cpu: 0.5, maxcpu: 8 }), { residual_sd: 0 })]);
    const more = stateOf([still(aGuest(1, 'a', { cpu: 0.75, maxcpu: 8 }), { residual_sd: 0 })]);
    expect(penaltyWith(state, 0, [], 0, 2)).toBeCloseTo(penaltyOf(more, 0), 9);
    expect(hourlyPenalties(state, 0, [], 0, 2)[0]).toBeCloseTo(penaltyOf(more, 0), 9);
  });
});

describe('IO wait', () => {
  const [writer, reader, idle] = [
    still(aGuest(1, 'a', { diskwrite: 3e6 })),
    still(aGuest(2, 'a', { diskread: 1e6 })),
    still(aGuest(3, 'a')),
  ];
  const waiting = (all: ReturnType<typeof still>[]) =>
    stateOf(all, {}, [aNode('a', { iowait: 0.2 }), aNode('b', { maxcpu: 32, iowait: 0.05 })]);
  test('goes with those who read and write, each its share', () => {
    const state = waiting([writer, reader, idle]);
    expect(nodeLoad(state, 0).iowait).toBeCloseTo(0.2, 9);
    applyMove(state, 0, 1);
    expect(nodeLoad(state, 0).iowait).toBeCloseTo(0.05, 9);
    expect(nodeLoad(state, 1).iowait).toBeCloseTo(0.05 + 2.4 / 32, 9);
    expect(penaltyOf(state, 1)).toBeCloseTo(nodePenalty(nodeLoad(state, 1), config.penalty_config).penalty, 9);
    applyMove(state, 2, 1);
    expect(nodeLoad(state, 0).iowait).toBeCloseTo(0.05, 9);
  });
  test('stays where nobody reads or writes', () => {
    const state = waiting([idle]);
    applyMove(state, 0, 1);
    expect([0, 1].map((n) => nodeLoad(state, n).iowait)).toEqual([expect.closeTo(0.2, 9), expect.closeTo(0.05, 9)]);
  });
});

describe('who is planned with', () => {
  const guestsOf = (...all: ReturnType<typeof aGuest>[]) =>
    planState(aCluster([aNode('a'), aNode('b')], all), [], config).guests.map(({ sample }) => sample.guest);
  test.each([
    ['running', {}, true],
    ['paused', { status: 'paused' as const }, true],
    ['stopped', { status: 'stopped' as const }, false],
    ['a template', { template: true }, false],
    ['on a node that nobody knows', { node: 'z' }, false],
  ])('%s', (_, change, planned) => expect(guestsOf(aGuest(1, 'a', change))).toEqual(planned ? ['qemu/1'] : []));

  test('by number, then by name', () =>
    expect(guestsOf(aGuest(20, 'a'), aGuest(3, 'b'), aGuest(3, 'a', { type: 'lxc' }))).toEqual([
      'lxc/3',
      'qemu/3',
      'qemu/20',
    ]));

  test('a move without a target, and one of a guest that is not there, place nobody', () => {
    const running_migrations = [
      { guest: 'qemu/1', source: 'a' },
      { guest: 'qemu/9', source: 'a', target: 'b' },
    ] as ReturnType<typeof aCluster>['running_migrations'];
    const state = planState(aCluster([aNode('a'), aNode('b')], [aGuest(1, 'a')], { running_migrations }), [], config);
    expect(state.placement).toEqual({ 'qemu/1': 'a' });
  });

  test('where it comes from a node that is faster, or not known, its cores count by the speed it is measured at', () => {
    const on = [aNode('a', { speed_factor: 1.5 }), aNode('b')];
    const coming = (source: string) =>
      planState(
        aCluster(on, [aGuest(1, source, { cpu: 1, maxcpu: 4 })], {
          running_migrations: [{ guest: 'qemu/1', source, target: 'b' }],
        }),
        [],
        config,
      );
    expect(coming('a').cores[1]).toBeCloseTo(6, 9);
    expect(coming('z').cores[1]).toBeCloseTo(4, 9);
    expect([coming('a').capacity[0], coming('a').capacity[1]]).toEqual([24, 16]);
    expect(coming('a').cores[0]).toBeCloseTo(0, 9);
  });

  test('a host that is away uses nothing of its own', () => {
    const sample = aCluster([aNode('a', { status: 'offline' })], []);
    const state = planState({ ...sample, nodes: sample.nodes.map((n) => ({ ...n, cpu: 0.5, mem: GiB })) }, [], config);
    expect([state.cores[0], state.mem[0]]).toEqual([0, 0]);
  });
});

test('what fills a place to the brim still fits, and no more', () => {
  const state = stateOf([still(aGuest(1, 'a', { cpu: 1, maxcpu: 8, mem: 16 * GiB, maxmem: 32 * GiB }))]);
  const brim = { cpu: 0.5, mem: 0.25, assigned: 0.5 };
  expect(fits(state, 1, [0], brim)).toBe(true);
  for (const cap of ['cpu', 'mem', 'assigned'] as const)
    expect(fits(state, 1, [0], { ...brim, [cap]: brim[cap] - 0.001 })).toBe(false);
  applyMove(state, 0, 1);
  expect([usedMemory(state, 1), assignedMemory(state, 1)]).toEqual([0.25, 0.5]);
});

test('bursts of those who come take room as well', () => {
  const bursty = still(aGuest(1, 'a', { cpu: 0.1, maxcpu: 10 }), { behavior: 'bursty' });
  bursty.profile.cpu = { ...bursty.profile.cpu, p95: 0.5 };
  const there = {
    ...bursty,
    guest: { ...aGuest(2, 'b', { cpu: 0.1, maxcpu: 10 }) },
    profile: { ...bursty.profile, guest: 'qemu/2' as const },
  };
  const state = stateOf([bursty, there]);
  const needed = 2 + Math.sqrt(32);
  expect([-0.01, 0.01].map((d) => fits(state, 1, [0], { cpu: (needed + d) / 16, mem: 1, assigned: 1 }))).toEqual([
    false,
    true,
  ]);
});

test('a node is what its guests add up to, and is priced for all of it', () => {
  const wide = still(aGuest(1, 'a', { cpu: 0.5, maxcpu: 8, mem: 40 * GiB, maxmem: 100 * GiB, diskread: 1e6 }), {
    behavior: 'unknown',
    residual_sd: 0.1,
  });
  const away = still(aGuest(2, 'a', { cpu: 0.6, maxcpu: 4 }), { residual_sd: 0.2 });
  away.profile.cpu = { ...away.profile.cpu, day: 0.2, week: 0.2 };
  const state = stateOf([wide, away], {}, [aNode('a', { iowait: 0.3 }), aNode('b')]);
  const [one, two] = state.guests.map(({ prediction }) => prediction) as [GuestPrediction, GuestPrediction];
  expect(state.away[0]).toBeCloseTo(two.away_cores, 9);
  expect(two.away_cores).toBeGreaterThan(0.2);
  expect(state.variance[0]).toBeCloseTo(one.mean_sd_cores ** 2 + two.mean_sd_cores ** 2, 9);
  expect(nodeLoad(state, 0).spikes).toBeCloseTo(Math.hypot(1.5 * 1.645 * 0.8, 1.645 * 0.8) / 16, 3);
  expect(assignedMemory(state, 0)).toBeCloseTo(104 / 64, 9);
  const { penalty, parts } = nodePenalty(nodeLoad(state, 0), config.penalty_config);
  expect(penaltyOf(state, 0)).toBeCloseTo(penalty, 9);
  for (const part of ['cpu', 'memory', 'iowait', 'overcommit'])
    expect(parts.find((p) => p.part === part)?.points).toBeGreaterThan(1);
});

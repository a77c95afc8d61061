import type { HeldMove } from '@evenkeel/contracts';
import { applyMove, penaltyOf, planState } from '@evenkeel/model';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, it } from 'vitest';
import { beginWatch } from './begin-watch.ts';
import { count, observe, sum } from './count.ts';
import { observeHeld } from './held/observe-held.ts';
import { gainOf } from './judge.ts';
import { surveyOf } from './survey.ts';
import { completed, prices, sampleAt } from './testing/scenes.ts';

const fresh = beginWatch(completed());

describe('a sample', () => {
  it('counts once', () => {
    const once = count(fresh, sampleAt(30));
    expect(once.so_far.samples).toBe(1);
    expect(count(once, sampleAt(30))).toBe(once);
    expect(count(once, sampleAt(20))).toBe(once);
  });
  it('from before the end does not count', () => {
    expect(count(fresh, sampleAt(-1))).toBe(fresh);
  });
  it.each([
    [60, { '5m': 1, '1h': 0, '24h': 0 }],
    [1200, { '5m': 0, '1h': 0, '24h': 0 }],
    [2400, { '5m': 0, '1h': 1, '24h': 0 }],
    [22 * 3600, { '5m': 0, '1h': 0, '24h': 1 }],
  ])('%i seconds later counts towards the windows that it falls into', (seconds, expected) => {
    const { open } = count(fresh, sampleAt(seconds));
    expect(Object.fromEntries(Object.entries(open).map(([h, { samples }]) => [h, samples]))).toEqual(expected);
  });
  it('between two windows counts every five minutes only', () => {
    const counted = count(fresh, sampleAt(1000));
    expect(count(counted, sampleAt(1299))).toBe(counted);
    expect(count(counted, sampleAt(1300)).so_far.samples).toBe(2);
  });
});

describe('had the guest stayed', () => {
  it('its cores and bytes would be on the source', () => {
    const { as_is, stayed } = observe(fresh, sampleAt(30, { n1: { cpu: 0.4 }, n2: { cpu: 0.6 }, cores: 8, gib: 32 }))!;
    expect(as_is).toMatchObject({ source: { cpu: 0.4, mem: 0.5 }, target: { cpu: 0.6, mem: 0.5, assigned: 0.25 } });
    expect(stayed).toMatchObject({
      source: { cpu: expect.closeTo(0.65), mem: 0.75, assigned: 0.25 },
      target: { cpu: expect.closeTo(0.35), mem: 0.25, assigned: 0 },
    });
  });
  it('its cores would be more on a slower source', () => {
    const sample = sampleAt(30, { n1: { cpu: 0.4 }, n2: { cpu: 0.6 }, cores: 8 });
    const nodes = sample.nodes.map((n) => (n.node === 'n2' ? { ...n, speed_factor: 1.5 } : n));
    expect(observe(fresh, { ...sample, nodes })!.stayed.source.cpu).toBeCloseTo(0.775);
  });
  it('its memory is what the host sees of it, where it does', () => {
    const sample = sampleAt(30, { gib: 32, guest: { memhost: 64 * 2 ** 30 } });
    expect(observe(fresh, sample)!.stayed.source.mem).toBe(1);
  });
});

it('what two looks saw is added up', () => {
  const seen = (cpu: number, psi: number) => {
    const load = { cpu, mem: 2 * cpu, assigned: 3 * cpu, iowait: 4 * cpu, pressure: psi };
    return {
      samples: 1,
      as_is: { source: load, target: load },
      stayed: { source: load, target: load },
      pressure: { source: psi, target: 2 * psi },
    };
  };
  expect(sum(seen(1, 5), seen(2, 7))).toEqual({ ...seen(3, 12), samples: 2 });
});

it('only those who run on a node are assigned to it', () => {
  const sample = sampleAt(30, { vmids: [101, 102, 103, 104], gib: 32 });
  const guests = sample.guests.map((g, i) => ({
    ...g,
    ...(i === 1 && { node: 'n1' }),
    ...(i === 2 && { status: 'stopped' as const }),
  }));
  expect(surveyOf({ ...sample, guests }).nodes.get('n2')!.load.assigned).toBe(0.5);
});

it('what is judged is on the scale of what was promised, whatever is reserved for hosts', () => {
  const config = aConfig({ nodes: { a: { memory_reserve_gib: 32 }, b: { memory_reserve_gib: 24 } } });
  const guests = [8, 10, 10, 4].map((gib, i) =>
    aGuest(i + 1, i < 3 ? 'a' : 'b', { cpu: 0, mem: gib * GiB, maxmem: gib * GiB }),
  );
  const look = (first: string, a: number, b: number) => {
    const sample = aCluster([aNode('a'), aNode('b')], [{ ...guests[0]!, node: first }, ...guests.slice(1)]);
    const own = (node: string) => (node === 'a' ? a : b) * GiB;
    return { ...sample, nodes: sample.nodes.map((n) => ({ ...n, mem: n.mem + own(n.node) })) };
  };
  const state = planState(
    look('a', 20, 28),
    guests.map((g) => aProfile(g)),
    config,
  );
  const points = () => penaltyOf(state, 0) + penaltyOf(state, 1);
  const before = points();
  applyMove(state, 0, 1);
  const promised = before - points();
  expect(promised).toBeGreaterThan(20);
  const moved = { ...fresh, guest: guests[0]!.guest, source_node: 'a', target_node: 'b' };
  expect(gainOf(observe(moved, look('b', 20, 28), config.nodes)!, prices)).toBeCloseTo(promised, 6);
  const back = { ...moved, planned_after: [] } as unknown as HeldMove;
  expect(gainOf(observeHeld(back, surveyOf(look('a', 20, 28), config.nodes))!, prices)).toBeCloseTo(promised, 6);
});

describe('what a guest takes along', () => {
  const io = { diskread: 30, diskwrite: 0 };
  const sample = sampleAt(30, { vmids: [101, 102], cores: 4 });
  const nodes = sample.nodes.map((n) => ({
    ...n,
    ...(n.node === 'n2' ? { cpu: 0.5, iowait: 0.2, pressure: { cpu_some: 40, memory_some: 0, io_some: 0 } } : {}),
  }));
  const guests = sample.guests.map((g, i) => ({ ...g, ...io, diskwrite: i === 0 ? 60 : 0 }));
  const { as_is, stayed } = observe(fresh, { ...sample, nodes, guests })!;

  it('is its part of the pressure, as of the CPU that is busy: 4 of 16 cores', () => {
    expect([as_is.target.pressure, stayed.target.pressure, stayed.source.pressure]).toEqual([40, 30, 10]);
  });
  it('is its part of the IO wait, as of what is read and written: 90 of 120', () => {
    expect(as_is.target.iowait).toBe(0.2);
    expect(stayed.target.iowait).toBeCloseTo(0.05);
    expect(stayed.source.iowait).toBeCloseTo(0.15);
  });
  it('counts in points, as in its prediction', () => {
    const gain = (seen: typeof as_is.target) => gainOf({ ...sums, stayed: { ...stayed, source: seen } }, prices)!;
    const sums = { samples: 1, as_is, stayed, pressure: { source: 0, target: 0 } };
    expect(gain({ ...stayed.source, pressure: 20 })).toBeGreaterThan(gain(stayed.source) + 1);
    expect(gain({ ...stayed.source, iowait: 0.3 })).toBeGreaterThan(gain(stayed.source) + 1);
  });
});

it.each([
  ['the source', (s: ReturnType<typeof sampleAt>) => ({ ...s, nodes: s.nodes.slice(1) })],
  ['the target', (s: ReturnType<typeof sampleAt>) => ({ ...s, nodes: s.nodes.filter(({ node }) => node !== 'n2') })],
  ['the guest', (s: ReturnType<typeof sampleAt>) => ({ ...s, guests: [] })],
])('a look without %s says nothing', (_, without) => {
  const sample = without(sampleAt(30));
  expect(observe(fresh, sample)).toBeNull();
  expect(count(fresh, sample)).toBe(fresh);
});

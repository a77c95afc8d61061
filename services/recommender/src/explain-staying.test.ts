import type { ConfigInput, GuestSample, NodeSample, NodeScore } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startSearch, unitsOf } from './best-move.ts';
import { explainStaying } from './explain-staying.ts';
import { recommend } from './recommend.ts';
import { emptyMemory } from './remember.ts';
import { startRun } from './start-run.ts';

const apart = { spread: 50, threshold: 8, converged: false, reason: 'apart' };
const score = (node: string, penalty: number, exceeded: NodeScore['exceeded'] = []) =>
  ({ node, penalty, exceeded, trend: { direction: 'flat' } }) as unknown as NodeScore;

type Given = {
  nodes?: NodeSample[];
  guests: GuestSample[];
  scores?: NodeScore[];
  asked?: number;
  taken?: number[];
  residual_sd?: number;
};
const staying = ({
  nodes = ['a', 'b', 'c'].map((n) => aNode(n)),
  guests,
  scores = [score('a', 50)],
  asked = 100,
  taken = [],
  residual_sd = 0.02,
}: Given) => {
  const sample = aCluster(nodes, guests);
  const config = aConfig({ penalty_config: { min_score_improvement: asked } });
  const profiles = guests.map((g) => aProfile(g, { residual_sd }));
  const { planning } = startRun({ sample, profiles, scores, convergence: apart, config, memory: emptyMemory });
  for (const g of taken) planning.taken.add(g);
  const search = startSearch(
    planning,
    unitsOf(planning, () => 24, 0),
  );
  return explainStaying(planning, search, scores);
};
const reasons = (given: Given) => staying(given).map(({ reason }) => reason);
const busy = (vmid: number, cpu: number, change: Partial<GuestSample> = {}) =>
  aGuest(vmid, 'a', { cpu, maxcpu: 4, ...change });

describe('who is asked about', () => {
  const guests = [busy(101, 0.2), busy(102, 0.9), busy(103, 0.5), aGuest(201, 'b', { cpu: 0.9, maxcpu: 8 })];
  const ids = (given: Partial<Given>) => staying({ guests, ...given }).map(({ guest }) => guest);
  test.each<[string, Partial<Given>, string[]]>([
    [
      'those of the busiest node, the largest first',
      { scores: [score('b', 10), score('a', 50)] },
      ['qemu/102', 'qemu/103', 'qemu/101'],
    ],
    [
      'of two that are as busy, the first by name',
      { scores: [score('b', 50), score('a', 50)] },
      ['qemu/102', 'qemu/103', 'qemu/101'],
    ],
    [
      'those of every node over a threshold instead',
      { scores: [score('b', 10, ['cpu']), score('a', 50)] },
      ['qemu/201'],
    ],
    [
      'the busiest of those first',
      { scores: [score('a', 10, ['mem']), score('b', 50, ['cpu'])] },
      ['qemu/201', 'qemu/102', 'qemu/103', 'qemu/101'],
    ],
    ['not those that move', { taken: [1] }, ['qemu/103', 'qemu/101']],
  ])('%s', (_, given, expected) => expect(ids(given)).toEqual(expected));
  test('where memory is short, those that take most of it', () => {
    const large = aGuest(104, 'a', { cpu: 0.05, maxcpu: 4, mem: 100 * GiB, maxmem: 100 * GiB });
    const nodes = [aNode('a', { mem: 125 * GiB, maxmem: 128 * GiB }), aNode('b')];
    const given = { nodes, guests: [...guests.slice(0, 3), large], scores: [score('a', 50, ['mem'])] };
    expect(staying(given as Given)[0]?.guest).toBe('qemu/104');
  });
  test('eight of a node and sixty in all', () => {
    const names = Array.from({ length: 9 }, (_, n) => `n${n}`);
    const many = names.flatMap((node, n) => Array.from({ length: 10 }, (_, g) => aGuest(100 * (n + 1) + g, node)));
    const all = staying({
      nodes: names.map((n) => aNode(n)),
      guests: many,
      scores: names.map((n) => score(n, 50, ['cpu'])),
    });
    expect(all).toHaveLength(60);
    expect(all.filter(({ guest }) => guest.startsWith('qemu/1'))).toHaveLength(8);
  });
});

describe('why a guest stays', () => {
  test('it must', () => {
    expect(reasons({ guests: [busy(101, 0.9, { tags: ['ignore'] })] })).toEqual(['it is tagged ignore']);
  });
  test('nobody can take it, each reason once', () => {
    const nodes = [
      aNode('a'),
      aNode('b', { maxmem: GiB }),
      aNode('c', { status: 'offline' }),
      aNode('d', { maintenance: true }),
      aNode('e', { storages: [] }),
    ];
    expect(reasons({ nodes, guests: [busy(101, 0.9)] })).toEqual([
      'no node can take it: b has no room for it; c is offline; d is in maintenance',
    ]);
    expect(reasons({ nodes: nodes.slice(0, 2), guests: [busy(101, 0.9)] })).toEqual([
      'no node can take it: b has no room for it',
    ]);
  });
  test('the best target brings too little, with why not the others', () => {
    const nodes = [
      aNode('a'),
      aNode('b', { status: 'offline' }),
      aNode('c'),
      aNode('d'),
      aNode('e', { maintenance: true }),
      aNode('f', { maxmem: GiB }),
    ];
    const guests = [busy(101, 0.5), aGuest(301, 'c', { cpu: 0.5, maxcpu: 4 })];
    expect(reasons({ nodes, guests })).toEqual([
      'best target d would bring 0.02 points less than it costs, 100 more are asked (b is offline; e is in maintenance)',
    ]);
    expect(reasons({ guests: [busy(101, 0.5), aGuest(301, 'c')] })).toEqual([
      'best target b would bring 0.02 points less than it costs, 100 more are asked',
    ]);
  });
  test('the best target brings enough, but perhaps not for long', () => {
    const guests = [
      aGuest(101, 'a', { cpu: 0.3, maxcpu: 10 }),
      aGuest(102, 'a', { cpu: 0.5, maxcpu: 10, tags: ['ignore'] }),
      aGuest(201, 'b', { cpu: 0.48, maxcpu: 10 }),
    ];
    const [, first] = reasons({ nodes: ['a', 'b'].map((n) => aNode(n)), guests, asked: 0.1, residual_sd: 0.1 });
    expect(first).toMatch(/^b would be better off than a is with a chance of [5-7]\d % only, 85 % are asked$/);
  });
});

describe('as the search judged it', () => {
  const loads = (guests: GuestSample[], more: ConfigInput = {}, converged = false) => {
    const sample = aCluster(
      ['a', 'b'].map((n) => aNode(n)),
      guests,
    );
    const profiles = guests.map((g) => aProfile(g));
    const config = aConfig({ ...more, penalty_config: { min_score_improvement: 2 } });
    const convergence = { ...apart, converged };
    const input = { sample, profiles, scores: [score('a', 50)], convergence, config, memory: emptyMemory };
    const { recommendations, not_recommended } = recommend(input);
    return { moved: recommendations.map((r) => r.guest), stays: not_recommended };
  };
  const dear: ConfigInput = { cost_model: { downtime_price: 1000, benefit_horizon_hours: 0.5 } };
  const crowd = [1, 2, 3, 4, 5, 6].map((i) => busy(100 + i, 0.9, { mem: 4 * GiB, maxmem: 4 * GiB, tags: ['ignore'] }));
  const mover = (change: Partial<GuestSample> = {}) => busy(107, 0.9, { mem: 4 * GiB, maxmem: 4 * GiB, ...change });
  const points = (reason = '') => {
    const [, brings, asked] = /would bring ([\d.]+) points more than it costs, ([\d.]+) are asked/.exec(reason) ?? [];
    return { brings: Number(brings), asked: Number(asked) };
  };

  test('what it brings is told after what it costs', () => {
    const some = [...crowd.slice(0, 3), mover({ cpu: 0.5 })];
    expect(loads(some).moved).toEqual(['qemu/107']);
    expect(loads(some, {}, true)).toEqual({ moved: [], stays: [] });
    const { moved, stays } = loads(some, dear);
    expect(moved).toEqual([]);
    expect(stays.find(({ guest }) => guest === 'qemu/107')?.reason).toMatch(
      /^best target b would bring [\d.]+ points less than it costs, 2 more are asked$/,
    );
  });

  test('of guests that go together, what both bring', () => {
    const two = [
      mover({ tags: ['affinity_x'] }),
      busy(108, 0.9, { tags: ['affinity_x'], mem: GiB, maxmem: 118 * GiB }),
    ];
    const full = aGuest(201, 'b', { mem: 60 * GiB, maxmem: 60 * GiB, cpu: 0.1 });
    const { moved, stays } = loads([...crowd, ...two, full]);
    expect(moved).toEqual([]);
    expect(stays.find(({ guest }) => guest === 'qemu/107')?.reason).toBe(
      'with qemu/108: no node can take it: b has no room for it',
    );
  });

  test.each<[string, Partial<GuestSample>, string]>([
    ['must stay', { tags: ['affinity_x', 'ignore'] }, 'qemu/108, which goes with it, stays: it is tagged ignore'],
  ])('nor does it go without one that %s', (_, change, reason) => {
    const { moved, stays } = loads([...crowd, mover({ tags: ['affinity_x'] }), busy(108, 0.1, change)]);
    expect([moved, stays.find(({ guest }) => guest === 'qemu/107')?.reason]).toEqual([[], reason]);
  });

  test('whatever the cluster: what is told to bring less does, or the next run may move it', () => {
    const guest = fc.record({
      node: fc.constantFrom('a', 'b'),
      cpu: fc.double({ min: 0, max: 1, noNaN: true }),
      maxcpu: fc.integer({ min: 1, max: 8 }),
      maxmem: fc.integer({ min: 1, max: 60 }).map((n) => n * GiB),
      tags: fc.constantFrom<string[]>([], [], ['affinity_y'], ['ignore']),
    });
    fc.assert(
      fc.property(fc.array(guest, { minLength: 2, maxLength: 14 }), fc.boolean(), (all, isDear) => {
        const guests = all.map(({ node, ...g }, i) => aGuest(101 + i, node, { ...g, mem: g.maxmem }));
        const { moved, stays } = loads(guests, isDear ? dear : {});
        for (const { guest, reason } of stays) {
          expect(moved).not.toContain(guest);
          const { brings, asked } = points(reason);
          if (!reason.includes('the next run may')) expect(brings >= asked).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });
});

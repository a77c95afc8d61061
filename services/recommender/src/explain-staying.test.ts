import type { GuestSample, NodeSample, NodeScore } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { explainStaying } from './explain-staying.ts';
import { emptyMemory } from './remember.ts';
import { startRun } from './start-run.ts';

const apart = { spread: 50, threshold: 8, converged: false, reason: 'apart' };
const score = (node: string, penalty: number, exceeded: NodeScore['exceeded'] = []) =>
  ({ node, penalty, exceeded, trend: { direction: 'flat' } }) as unknown as NodeScore;

type Given = {
  nodes?: NodeSample[];
  guests: GuestSample[];
  scores?: NodeScore[];
  converged?: boolean;
  asked?: number;
  taken?: number[];
  residual_sd?: number;
};
const staying = ({
  nodes = ['a', 'b', 'c'].map((n) => aNode(n)),
  guests,
  scores = [score('a', 50)],
  converged = false,
  asked = 100,
  taken = [],
  residual_sd = 0.02,
}: Given) => {
  const sample = aCluster(nodes, guests);
  const convergence = { ...apart, converged };
  const config = aConfig({ penalty_config: { min_score_improvement: asked } });
  const profiles = guests.map((g) => aProfile(g, { residual_sd }));
  const { planning } = startRun({ sample, profiles, scores, convergence, config, memory: emptyMemory });
  for (const g of taken) planning.taken.add(g);
  return explainStaying(planning, scores, convergence, () => 24);
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
    ['nobody where the nodes are even', { converged: true }, []],
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
      'best target d would bring 0.0 points, 100 are asked (b is offline; e is in maintenance)',
    ]);
    expect(reasons({ guests: [busy(101, 0.5), aGuest(301, 'c')] })).toEqual([
      'best target b would bring 0.0 points, 100 are asked',
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

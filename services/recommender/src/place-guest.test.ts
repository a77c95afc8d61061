import type { NodeScore } from '@evenkeel/contracts';
import { penaltyOf } from '@evenkeel/model';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { brokenRules, type NewGuest, placeGuest } from './place-guest.ts';
import { emptyMemory } from './remember.ts';
import { startRun } from './start-run.ts';

const sample = aCluster(
  [aNode('a'), aNode('b'), aNode('c', { status: 'offline' })],
  [
    aGuest(1, 'a', { cpu: 0.5, maxcpu: 8, tags: ['exclude_db'] }),
    aGuest(2, 'b', { cpu: 0.1, maxcpu: 8, mem: 20 * GiB, maxmem: 20 * GiB, tags: ['affinity_web'] }),
  ],
);
const known = { sample, profiles: sample.guests.map((g) => aProfile(g)), scores: [], config: aConfig() };
const small: NewGuest = { type: 'qemu', vcpus: 2, cpu: 0.5, mem: GiB, maxmem: 2 * GiB, tags: [], storages: [] };
const place = (change: Partial<NewGuest> = {}) => placeGuest(known, { ...small, ...change });

describe('a new guest', () => {
  test('goes where it adds least, and every node is told with what it would be', () => {
    const [best, second, last] = place();
    expect([best!.node, second!.node, last!.node]).toEqual(['b', 'a', 'c']);
    expect(best!.added).toBeCloseTo(best!.after.penalty - best!.before.penalty, 9);
    expect(best!.added).toBeLessThan(second!.added!);
    expect(best!.after.mem - best!.before.mem).toBeCloseTo(1 / 64, 9);
    expect(best!.after.cpu - best!.before.cpu).toBeGreaterThan(1 / 16);
  });

  test('is known to rules by its name and its pool', () => {
    const rules = [
      { name: 'spread', kind: 'anti_affinity', guests: ['web-*', 'qemu/2'] },
      { name: 'home', kind: 'pin', pools: ['prod'], nodes: ['a'] },
    ];
    const bound = { ...known, config: aConfig({ automated_migrations: { placement_rules: rules } }) };
    const refused = (change: Partial<NewGuest>) =>
      placeGuest(bound, { ...small, ...change }).find(({ node }) => node === 'b')!.refused;
    expect(refused({})).toBeUndefined();
    expect(refused({ name: 'web-1' })).toContain('spread');
    expect(refused({ pool: 'prod' })).toContain('home');
  });

  test('finds the nodes as a run does, where load rises and is pressed', () => {
    const pressed = sample.nodes.map((n) => (n.node === 'a' ? { ...n, pressure: { cpu_some: 40 } } : n));
    const rising = {
      direction: 'rising',
      cpu_per_hour: 0.1,
      mem_per_hour: 0,
      cpu_in_one_hour: 0.5,
      samples: 30,
    } as const;
    const scores = [{ node: 'a', trend: rising }] as unknown as NodeScore[];
    const { config, profiles } = known;
    const told = { ...known, sample: { ...sample, nodes: pressed }, scores };
    const run = startRun({
      sample: told.sample,
      profiles,
      scores,
      config,
      convergence: { converged: false, spread: 9, threshold: 5, reason: '' },
      memory: emptyMemory,
    });
    const { state } = run.planning;
    const placed = placeGuest(told, small);
    for (const { node, before } of placed) expect(before.penalty).toBe(penaltyOf(state, state.nodeIndex.get(node)!));
    const calm = place();
    const of = (all: typeof placed, name: string) => all.find(({ node }) => node === name)!;
    expect(of(placed, 'a').before.penalty).toBeGreaterThan(of(calm, 'a').before.penalty + 5);
    expect(of(placed, 'b').after.penalty).toBeCloseTo(of(calm, 'b').after.penalty, 9);
    expect(of(placed, 'a').added).toBeGreaterThan(of(calm, 'a').added!);
  });

  test.each<[string, Partial<NewGuest>, string, string]>([
    ['is down', {}, 'c', 'c is offline'],
    [
      'holds one that it is kept apart from',
      { tags: ['exclude_db'] },
      'a',
      'tag exclude_db keeps it apart from qemu/1 on a',
    ],
    [
      'is not where its companions are',
      { tags: ['affinity_web'] },
      'a',
      'tag affinity_web binds it to qemu/2, which is not on a',
    ],
    ['lacks its storage', { storages: ['nvme'] }, 'a', 'storage nvme is not available on a'],
    ['has too little memory', { mem: 40 * GiB, maxmem: 40 * GiB }, 'b', 'memory would be at 94 %, 90 % are allowed'],
    [
      'has too much memory assigned',
      { maxmem: 90 * GiB },
      'b',
      '172 % of its memory would be assigned, 150 % are allowed',
    ],
    ['has too little CPU', { vcpus: 12, cpu: 0.9 }, 'a', 'CPU would peak at 148 %, 85 % are allowed'],
  ])('is refused by a node that %s', (_, change, node, reason) => {
    expect(place(change).find((p) => p.node === node)).toMatchObject({ refused: reason });
  });

  describe('where N+1 is asked for', () => {
    const full = aCluster(
      [aNode('a'), aNode('b')],
      [aGuest(1, 'a', { mem: 24 * GiB, maxmem: 24 * GiB }), aGuest(2, 'b', { mem: 20 * GiB, maxmem: 20 * GiB })],
    );
    const profiles = full.guests.map((g) => aProfile(g));
    const reasons = (require_n_plus_1: boolean, mem: number) =>
      placeGuest(
        {
          ...known,
          sample: full,
          profiles,
          config: aConfig({ automated_migrations: { safety_checks: { require_n_plus_1 } } }),
        },
        { ...small, mem: mem * GiB, maxmem: mem * GiB },
      ).map(({ node, refused }) => [node, refused]);
    test('no node takes what would not survive the loss of one', () => {
      expect(reasons(true, 1).map(([, refused]) => refused)).toEqual([undefined, undefined]);
      expect(reasons(false, 20).map(([, refused]) => refused)).toEqual([undefined, undefined]);
      expect(reasons(true, 20)).toEqual([
        ['b', expect.stringMatching(/^the loss of . would leave .* without a place \(require_n_plus_1\)$/)],
        ['a', expect.stringMatching(/^the loss of . would leave .* without a place \(require_n_plus_1\)$/)],
      ]);
    });
  });

  test.each<[string, Partial<NewGuest>, string | undefined]>([
    ['takes them', { storages: ['ceph'], disk: 800 * GiB }, undefined],
    [
      'would be too full',
      { storages: ['ceph'], disk: 801 * GiB },
      'storage ceph has 900 GiB free for 801 GiB of disks, 10 % of 1000 GiB must stay free',
    ],
    ['is not named', { disk: 801 * GiB }, undefined],
  ])('with disks for whose size its storage %s', (_, change, refused) =>
    expect(place(change).find(({ node }) => node === 'b')!.refused).toBe(refused),
  );

  test.each([
    [10, undefined],
    [30, 'storage ceph has 900 GiB free for 700 GiB of disks, 30 % of 1000 GiB must stay free'],
  ])('with disks where %i %% of their storage must stay free', (min_storage_free_percent, refused) => {
    const config = aConfig({ automated_migrations: { safety_checks: { min_storage_free_percent } } });
    const placed = placeGuest({ ...known, config }, { ...small, storages: ['ceph'], disk: 700 * GiB });
    expect(placed.find(({ node }) => node === 'b')!.refused).toBe(refused);
  });

  test('a refused node comes after every one that is not', () => {
    expect(place({ tags: ['affinity_web'] }).map((p) => [p.node, p.refused === undefined])).toEqual([
      ['b', true],
      ['c', false],
      ['a', false],
    ]);
    expect(place({ mem: 60 * GiB, maxmem: 60 * GiB }).every((p) => p.refused !== undefined)).toBe(true);
  });

  test('that is larger than any node is told so, and no points are made up', () => {
    const nodes = place({ mem: 2000 * GiB, maxmem: 2000 * GiB });
    expect(nodes.map(({ node, added, refused }) => [node, added, refused])).toEqual([
      ['a', undefined, 'a has 57.6 GiB of memory to use, 2000.0 GiB are needed'],
      ['b', undefined, 'b has 57.6 GiB of memory to use, 2000.0 GiB are needed'],
      ['c', undefined, 'c is offline'],
    ]);
  });

  test.each<[string[], string[]]>([
    [['plb_pin_a'], []],
    [['plb_pin_nosuch'], ['plb_pin_nosuch names a node that does not exist']],
    [['plb_pin_a;plb_pin_nosuch'], ['plb_pin_a, plb_pin_nosuch names a node that does not exist']],
  ])('with tags %j is told which of its rules cannot hold, and not those of others', (tags, expected) => {
    const others = [...sample.guests, aGuest(3, 'a', { tags: ['plb_pin_gone'] })];
    expect(brokenRules({ ...known, sample: { ...sample, guests: others } }, { ...small, tags })).toEqual(expected);
  });
});

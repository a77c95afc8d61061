import { aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { mandatoryMoves } from './mandatory-moves.ts';
import { gib, inShort, planWith } from './testing/plan-with.ts';

const away = (node: string) => aNode(node, { maintenance: true });
const drained = aNode('a', {
  maintenance: true,
  drained: { since: '2026-01-05T11:00:00.000Z', by: 'anna', reason: 'new memory' },
});
const why = 'a is in maintenance';

const emptied = (nodes: ReturnType<typeof aNode>[], guests: ReturnType<typeof aGuest>[], limit = 10, config = {}) => {
  const planning = planWith(nodes, guests, { config });
  const { moves, stuck } = mandatoryMoves(planning, limit);
  return { moves: inShort(planning, moves), stuck, planning };
};
const targets = (moves: unknown[][]) => moves.map(([vmid, target]) => [vmid, target]);

describe('a node in maintenance', () => {
  test('is emptied, those with most memory first, each to the node that bears it best', () => {
    const guests = [
      aGuest(101, 'a', gib(2)),
      aGuest(102, 'a', gib(8)),
      aGuest(103, 'a', gib(2)),
      aGuest(104, 'b', { cpu: 0.5, maxcpu: 8 }),
    ];
    const { moves, stuck, planning } = emptied([away('a'), aNode('b'), aNode('c')], guests);
    expect(moves).toEqual([102, 101, 103].map((vmid) => [vmid, 'c', 'maintenance', why]));
    expect(stuck).toEqual([]);
    expect(Object.values(planning.state.placement)).toEqual(['c', 'c', 'c', 'b']);
  });

  test('says who drains it', () => {
    expect(emptied([drained, aNode('b')], [aGuest(101, 'a')]).moves).toEqual([
      [101, 'b', 'drain', 'a is drained by anna'],
    ]);
  });

  test('of equally good nodes the first by name is taken', () => {
    expect(targets(emptied([away('b'), aNode('c'), aNode('a')], [aGuest(101, 'b')]).moves)).toEqual([[101, 'a']]);
  });

  test.each([
    [0, 0],
    [2, 2],
    [3, 3],
    [9, 3],
  ])('leaves what is over %d to the next run', (limit, count) => {
    const guests = [101, 102, 103].map((vmid) => aGuest(vmid, 'a'));
    const { moves, stuck } = emptied([away('a'), aNode('b')], guests, limit);
    expect([moves.length, stuck]).toEqual([count, []]);
  });

  test('takes companions along, and is left by none of them where one may not', () => {
    const pair = (change = {}) => [
      aGuest(101, 'a', { tags: ['affinity_x'] }),
      aGuest(102, 'a', { tags: ['affinity_x'], ...gib(1), ...change }),
    ];
    expect(targets(emptied([away('a'), aNode('b')], pair()).moves)).toEqual([
      [101, 'b'],
      [102, 'b'],
    ]);
    const { moves, stuck } = emptied([away('a'), aNode('b')], pair({ lock: 'backup' }));
    expect(moves).toEqual([]);
    expect(stuck.map(({ guest }) => guest)).toEqual(['qemu/101', 'qemu/102']);
    expect(new Set(stuck.map(({ reason }) => reason)).size).toBe(1);
    expect(stuck[0]!.reason).toContain('lock');
  });

  test('is left alone by those who move already', () => {
    const running_migrations = [{ guest: 'qemu/101' as const, source: 'a', target: 'b' }];
    const planning = planWith([away('a'), aNode('b'), away('c')], [aGuest(101, 'a'), aGuest(102, 'c')], {
      sample: { running_migrations },
    });
    planning.state.where[0] = 0;
    expect(targets(inShort(planning, mandatoryMoves(planning, 9).moves))).toEqual([[102, 'b']]);
  });

  test('keeps those for whom there is no place, and says what each node has against them', () => {
    const nodes = ['b', 'c', 'd', 'e', 'f'].map((node) => aNode(node, { maxmem: 8 * 2 ** 30 }));
    const guest = aGuest(101, 'a', { ...gib(20), tags: ['plb_pin_c', 'plb_pin_d', 'plb_pin_e'] });
    const { moves, stuck } = emptied([away('a'), ...nodes], [guest]);
    expect(moves).toEqual([]);
    expect(stuck).toHaveLength(1);
    const said = stuck[0]!.reason.replace('no node can take it: ', '').split('; ');
    expect(said.slice(1)).toEqual(['c has no room for it', 'd has no room for it', 'and 1 more']);
    expect(said[0]).toContain('plb_pin');
  });

  test('is emptied in another order where that finds a place for more of them', () => {
    const guests = [
      aGuest(101, 'a', { ...gib(40), cpu: 0.1 }),
      aGuest(102, 'a', { ...gib(20), cpu: 1, tags: ['plb_pin_b'] }),
      aGuest(103, 'c', { ...gib(4), cpu: 0.5, maxcpu: 8 }),
    ];
    const { moves, stuck } = emptied([away('a'), aNode('b'), aNode('c')], guests);
    expect(targets(moves)).toEqual([
      [102, 'b'],
      [101, 'c'],
    ]);
    expect(stuck).toEqual([]);
  });

  test('is emptied as far as any order can', () => {
    const guests = [aGuest(101, 'a', gib(40)), aGuest(102, 'a', gib(41)), aGuest(103, 'a', gib(42))];
    const { moves, stuck, planning } = emptied([away('a'), aNode('b'), aNode('c')], guests);
    expect(targets(moves)).toEqual([
      [103, 'b'],
      [102, 'c'],
    ]);
    expect(stuck).toEqual([
      { guest: 'qemu/101', reason: 'no node can take it: b has no room for it; c has no room for it' },
    ]);
    expect(Object.values(planning.state.placement)).toEqual(['a', 'c', 'b']);
    expect([...planning.taken].sort()).toEqual([1, 2]);
  });

  test('is emptied once others have made room', () => {
    const guests = [
      aGuest(101, 'a', { ...gib(40), tags: ['plb_pin_b'] }),
      aGuest(102, 'b', gib(30)),
      aGuest(103, 'b', gib(2)),
      aGuest(104, 'c', gib(10)),
    ];
    const { moves, stuck } = emptied([away('a'), aNode('b'), aNode('c')], guests);
    expect(moves).toEqual([
      [102, 'c', 'maintenance', `makes room on b: ${why}`],
      [101, 'b', 'maintenance', why],
    ]);
    expect(stuck).toEqual([]);
  });
});

describe('where the loss of any node is to be survived', () => {
  const config = { automated_migrations: { safety_checks: { require_n_plus_1: true } } };
  const room = (n: number) => ({ maxmem: gib(n).maxmem });
  const nodes = [away('a'), aNode('b', room(64)), aNode('c', room(30)), aNode('d', room(30)), aNode('e', room(34))];
  const busy = { cpu: 0.6, maxcpu: 8 };
  const others = [
    aGuest(102, 'b', gib(20)),
    aGuest(103, 'b', { ...gib(20), ...busy }),
    aGuest(104, 'e', { ...gib(16), ...busy }),
  ];

  test('a node is emptied to another than the best one, where that would leave too little room to take over', () => {
    const guests = [aGuest(101, 'a', gib(10)), ...others];
    expect(targets(emptied(nodes, guests).moves)).toEqual([[101, 'c']]);
    expect(targets(emptied(nodes, guests, 10, config).moves)).toEqual([[101, 'b']]);
  });

  test('a guest stays where every node that may take it would leave too little, and it is said which loss', () => {
    const guest = aGuest(101, 'a', { ...gib(10), tags: ['plb_pin_a', 'plb_pin_c', 'plb_pin_d'] });
    const { moves, stuck } = emptied(nodes, [guest, ...others], 10, config);
    expect(moves).toEqual([]);
    expect(stuck).toEqual([
      {
        guest: 'qemu/101',
        reason: expect.stringContaining(
          'with it on c, the loss of b would leave 1 guest of its 2 (20 GiB) without a place (require_n_plus_1)',
        ),
      },
    ]);
  });

  test('nobody makes room where that would leave too little', () => {
    const guests = [
      aGuest(101, 'a', { ...gib(12), tags: ['plb_pin_a', 'plb_pin_e'] }),
      aGuest(102, 'b', gib(20)),
      aGuest(103, 'b', gib(20)),
      aGuest(104, 'e', gib(22)),
    ];
    expect(targets(emptied(nodes, guests).moves)).toEqual([
      [104, 'c'],
      [101, 'e'],
    ]);
    expect(emptied(nodes, guests, 10, config).moves).toEqual([]);
  });
});

test('rules are mended with what is left of the limit', () => {
  const guests = [
    aGuest(101, 'a'),
    aGuest(102, 'b', { tags: ['exclude_x'] }),
    aGuest(103, 'b', { tags: ['exclude_x'] }),
  ];
  const nodes = [away('a'), aNode('b'), aNode('c')];
  expect(emptied(nodes, guests, 1).moves).toHaveLength(1);
  expect(emptied(nodes, guests, 2).moves.map(([, , mandatory]) => mandatory)).toEqual(['maintenance', 'rule']);
});

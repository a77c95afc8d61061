import { aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { mendRules } from './mend-rules.ts';
import { gib, inShort, planWith } from './testing/plan-with.ts';

const [a, b, c] = [aNode('a'), aNode('b'), aNode('c')];
const mended = (nodes: ReturnType<typeof aNode>[], guests: ReturnType<typeof aGuest>[], limit = 10) => {
  const planning = planWith(nodes, guests);
  return inShort(planning, mendRules(planning, limit));
};
const targets = (moves: unknown[][]) => moves.map(([vmid, target]) => [vmid, target]);
const tagged = (vmid: number, node: string, tags: string[], change = {}) => aGuest(vmid, node, { tags, ...change });

describe('together', () => {
  const pair = (vmid: number, node: string, change = {}) => tagged(vmid, node, ['affinity_x'], change);
  test.each<[string, ReturnType<typeof aGuest>[], unknown[][]]>([
    ['who are', [pair(101, 'a'), pair(102, 'a')], []],
    ['the fewer go to the more', [pair(101, 'a'), pair(102, 'b'), pair(103, 'b')], [[101, 'b']]],
    ['to where less is done', [pair(101, 'a'), pair(102, 'b'), aGuest(103, 'a', { maxcpu: 8 })], [[101, 'b']]],
    ['where one may not move, the other does', [pair(101, 'a'), pair(102, 'b', { lock: 'backup' })], [[101, 'b']]],
    ['not where none may', [pair(101, 'a', { lock: 'backup' }), pair(102, 'b', { lock: 'backup' })], []],
    ['where there is room for them', [pair(101, 'a', gib(40)), pair(102, 'b', gib(30))], []],
    ['not against another rule', [pair(101, 'a', { tags: ['affinity_x', 'plb_pin_a'] }), pair(102, 'b')], [[102, 'a']]],
  ])('%s', (_, guests, expected) => expect(targets(mended([a, b], guests))).toEqual(expected));

  test('elsewhere, all of them or none, where there is no room with either', () => {
    const guests = [
      pair(101, 'a', gib(4)),
      pair(102, 'b', gib(4)),
      aGuest(103, 'a', { ...gib(54), tags: ['ignore'] }),
      aGuest(104, 'b', { ...gib(54), tags: ['ignore'] }),
    ];
    const planning = planWith([a, b, c], guests);
    const moves = mendRules(planning, 10);
    expect(moves.map(({ unit, along, target, why }) => [unit, along, target, why])).toEqual([
      [[0], [0, 1], 2, expect.stringContaining('is broken')],
      [[1], [0, 1], 2, expect.stringContaining('is broken')],
    ]);
  });

  test('those who go to others go by themselves', () => {
    const planning = planWith([a, b], [pair(101, 'a'), pair(102, 'b'), pair(103, 'b')]);
    expect(mendRules(planning, 10)[0]).not.toHaveProperty('along');
  });
});

describe('apart', () => {
  const one = (vmid: number, node: string, change = {}) => tagged(vmid, node, ['exclude_x'], change);
  test.each<[string, ReturnType<typeof aGuest>[], unknown[][]]>([
    ['who are', [one(101, 'a'), one(102, 'b')], []],
    ['one goes where it is borne best', [one(101, 'a'), one(102, 'a'), aGuest(103, 'b', { maxcpu: 8 })], [[101, 'c']]],
    ['who costs least there', [one(101, 'a', gib(30)), one(102, 'a', gib(2))], [[102, 'b']]],
    [
      'as many as have to',
      [one(101, 'a'), one(102, 'a'), one(103, 'a')],
      [
        [101, 'b'],
        [102, 'c'],
      ],
    ],
    ['not to another of them', [one(101, 'a'), one(102, 'a'), one(103, 'b'), one(104, 'c')], []],
    ['who may', [one(101, 'a', { lock: 'backup' }), one(102, 'a')], [[102, 'b']]],
    ['not who may not', [one(101, 'a', { lock: 'backup' }), one(102, 'a', { lock: 'backup' })], []],
    [
      'with its companions',
      [
        one(101, 'a', { tags: ['exclude_x', 'affinity_y'] }),
        one(102, 'a', { lock: 'backup' }),
        tagged(103, 'a', ['affinity_y']),
      ],
      [
        [101, 'b'],
        [103, 'b'],
      ],
    ],
  ])('%s', (_, guests, expected) => expect(targets(mended([a, b, c], guests))).toEqual(expected));

  test('up to a limit, and says which rule it is for', () => {
    const guests = [one(101, 'a'), one(102, 'a'), one(103, 'a')];
    expect(mended([a, b, c], guests, 0)).toEqual([]);
    const [first, ...rest] = mended([a, b, c], guests, 1);
    expect(rest).toEqual([]);
    expect(first).toEqual([101, 'b', 'rule', expect.stringMatching(/exclude_x.* is broken$/)]);
  });

  test('after others have made room', () => {
    const full = (vmid: number, node: string) => tagged(vmid, node, [`plb_pin_${node}`], gib(20));
    const guests = [
      one(101, 'a', { ...gib(4), lock: 'backup' }),
      one(102, 'a', gib(20)),
      aGuest(103, 'b', gib(20)),
      full(104, 'b'),
      full(105, 'c'),
      full(106, 'c'),
    ];
    expect(mended([a, b, c], guests)).toEqual([
      [103, 'a', 'rule', expect.stringMatching(/^makes room on b: .* is broken$/)],
      [102, 'b', 'rule', expect.stringMatching(/^(?!makes room).* is broken$/)],
    ]);
  });
});

test('a guest that is pinned elsewhere goes there, and stays where it has no room there', () => {
  expect(targets(mended([a, b, c], [tagged(101, 'a', ['plb_pin_c'])]))).toEqual([[101, 'c']]);
  const full = tagged(102, 'c', ['plb_pin_c'], gib(57));
  expect(mended([a, b, c], [tagged(101, 'a', ['plb_pin_c']), full])).toEqual([]);
});

test('who moves already mends nothing', () => {
  const guests = [tagged(101, 'a', ['plb_pin_c'])];
  const planning = planWith([a, b, c], guests);
  planning.taken.add(0);
  expect(mendRules(planning, 10)).toEqual([]);
});

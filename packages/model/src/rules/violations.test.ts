import type { GuestSample } from '@evenkeel/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aCluster, aConfig, aGuest, aNode } from '../sample-cluster.ts';
import { ruleContext, violationCount, violations, violationsAround } from './index.ts';

const nodes = ['a', 'b', 'c'].map((n) => aNode(n));
const contextOf = (guests: GuestSample[], change: object = {}) =>
  ruleContext(aCluster(nodes, guests, change), aConfig());
const placed = (guests: GuestSample[]) => Object.fromEntries(guests.map((g) => [g.guest, g.node]));
const tagged = (vmid: number, node: string, tags: string[], change: Partial<GuestSample> = {}) =>
  aGuest(vmid, node, { tags, ...change });

describe('what a placement breaks', () => {
  test.each<[string, GuestSample[], [string, number][]]>([
    [
      'three where one may be',
      [1, 2, 3].map((i) => tagged(i, 'a', ['exclude_x'])),
      [['tag exclude_x: qemu/1, qemu/2, qemu/3 are together on a', 2]],
    ],
    [
      'two and one where all should be together',
      [tagged(1, 'a', ['affinity_x']), tagged(2, 'b', ['affinity_x']), tagged(3, 'b', ['affinity_x'])],
      [['tag affinity_x: qemu/1 on a, qemu/2 on b, qemu/3 on b', 1]],
    ],
    [
      'a pin',
      [tagged(1, 'a', ['plb_pin_c', 'plb_pin_b'])],
      [['pin plb_pin_b, plb_pin_c: qemu/1 is on a, not on b, c', 1]],
    ],
    ['a pin that is kept', [tagged(1, 'b', ['plb_pin_c', 'plb_pin_b'])], []],
    ['those that are off', [1, 2].map((i) => tagged(i, 'a', ['exclude_x', 'plb_pin_b'], { status: 'stopped' })), []],
    ['templates', [1, 2].map((i) => tagged(i, 'a', ['exclude_x', 'plb_pin_b'], { template: true })), []],
    [
      'more than one rule, in their order',
      [
        tagged(1, 'b', ['exclude_x', 'plb_pin_a']),
        tagged(2, 'b', ['exclude_x', 'exclude_w']),
        tagged(3, 'b', ['exclude_w']),
      ],
      [
        ['pin plb_pin_a: qemu/1 is on b, not on a', 1],
        ['tag exclude_w: qemu/2, qemu/3 are together on b', 1],
        ['tag exclude_x: qemu/1, qemu/2 are together on b', 1],
      ],
    ],
  ])('%s', (_, guests, expected) => {
    const ctx = contextOf(guests);
    expect(violations(placed(guests), ctx).map(({ sentence, count }) => [sentence, count])).toEqual(expected);
    expect(violationCount(placed(guests), ctx)).toBe(expected.reduce((sum, [, count]) => sum + count, 0));
  });
  test('a preference is no rule', () => {
    const rule = { rule: 'r', type: 'node-affinity', guests: ['qemu/1'], nodes: { b: 1 } };
    const ctx = contextOf([aGuest(1, 'a')], { ha_rules: [{ ...rule, strict: false }] });
    expect(violations({ 'qemu/1': 'a' }, ctx)).toEqual([]);
    const strict = contextOf([aGuest(1, 'a')], { ha_rules: [{ ...rule, strict: true }] });
    expect(violations({ 'qemu/1': 'a' }, strict)).toHaveLength(1);
  });
  test('law: counted around all guests it is the same, and around one it is what is broken with one less', () => {
    const word = fc.constantFrom('exclude_x', 'exclude_y', 'affinity_u', 'affinity_v', 'plb_pin_a', 'plb_pin_b');
    const some = fc.array(
      fc.record({
        node: fc.constantFrom('a', 'b', 'c'),
        tags: fc.uniqueArray(word, { maxLength: 3 }),
        status: fc.constantFrom('running' as const, 'running' as const, 'stopped' as const),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(some, (rows) => {
        const guests = rows.map((row, i) => aGuest(i + 1, row.node, row));
        const ctx = contextOf(guests);
        const at = placed(guests);
        const ids = guests.map(({ guest }) => guest);
        expect(violationsAround(ids, at, ctx)).toBe(violationCount(at, ctx));
        const moved = { ...at, 'qemu/1': 'c' };
        expect(violationsAround(['qemu/1'], moved, ctx) - violationsAround(['qemu/1'], at, ctx)).toBe(
          violationCount(moved, ctx) - violationCount(at, ctx),
        );
      }),
    );
  });
});

describe('rules are read', () => {
  test('whatever the case of a pin, and of those with a name the others hold', () => {
    const ctx = ruleContext(
      aCluster([aNode('PVE1'), aNode('b')], [tagged(1, 'b', ['plb_pin_pve1', 'plb_pin_z'])]),
      aConfig(),
    );
    expect([...ctx.bindings.get('qemu/1')![0]!.nodes.keys()]).toEqual(['PVE1']);
    expect(ctx.problems).toEqual(['qemu/1: plb_pin_pve1, plb_pin_z names a node that does not exist']);
  });
  test('from tags with something behind their prefix, and of groups of more than one', () => {
    const guests = [
      tagged(1, 'a', ['exclude_', 'affinity_', 'plb_pin_', 'affinity_alone', 'exclude_x']),
      tagged(2, 'a', ['exclude_', 'affinity_', 'exclude_x']),
    ];
    const ctx = contextOf(guests);
    expect(ctx.groups.map(({ rule }) => rule)).toEqual(['tag exclude_x']);
    expect([...ctx.bindings.keys()]).toEqual([]);
    expect(ctx.problems).toEqual([]);
  });
  test('those of HA by their type: of nodes for each guest, of guests for all', () => {
    const guests = [aGuest(1, 'a'), aGuest(2, 'a')];
    const about = { guests: ['qemu/1', 'qemu/2'] };
    const ha_rules = [
      { rule: 'nodes', type: 'node-affinity', nodes: { b: 0 }, strict: true, ...about },
      { rule: 'none', type: 'node-affinity', ...about },
      { rule: 'guests', type: 'resource-affinity', affinity: 'positive', nodes: { b: 0 }, ...about },
    ];
    const ctx = contextOf(guests, { ha_rules });
    expect(ctx.groups.map(({ rule, kind }) => [rule, kind])).toEqual([['HA rule guests', 'together']]);
    expect(ctx.bindings.get('qemu/2')?.map(({ rule }) => rule)).toEqual(['HA rule nodes']);
    expect(violations({ 'qemu/1': 'a', 'qemu/2': 'a' }, ctx).map(({ sentence }) => sentence)).toEqual([
      'HA rule nodes: qemu/1 is on a, not on b',
      'HA rule nodes: qemu/2 is on a, not on b',
    ]);
  });
  test('in one order, whatever the order of guests and rules', () => {
    const ha = ['r2', 'r1'].map((rule) => ({
      rule,
      type: 'resource-affinity',
      affinity: 'negative',
      guests: ['qemu/2', 'qemu/1'],
    }));
    const guests = [tagged(2, 'a', ['exclude_x', 'plb_pin_z']), tagged(1, 'a', ['exclude_x', 'plb_pin_z'])];
    const one = contextOf(guests, { ha_rules: ha });
    const two = contextOf(guests.toReversed(), { ha_rules: ha.toReversed() });
    expect(one.groups).toEqual(two.groups);
    expect(one.groups.map(({ rule, guests }) => [rule, guests])).toEqual([
      ['HA rule r1', ['qemu/1', 'qemu/2']],
      ['HA rule r2', ['qemu/1', 'qemu/2']],
      ['tag exclude_x', ['qemu/1', 'qemu/2']],
    ]);
    expect(one.problems.map((p) => p.slice(0, 6))).toEqual(['qemu/1', 'qemu/2']);
  });
});

import type { ConfigInput, GuestSample } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { aCluster, aConfig, aGuest, aNode } from '../sample-cluster.ts';
import { allowedOn, ruleContext, unsatisfiable, violations } from './index.ts';

type Given = NonNullable<NonNullable<ConfigInput['automated_migrations']>['placement_rules']>[number];

const guests = [
  aGuest(101, 'a', { name: 'db-1', pool: 'prod' }),
  aGuest(102, 'a', { name: 'db-2', pool: 'prod' }),
  aGuest(103, 'b', { name: 'web-1', pool: 'test' }),
  aGuest(104, 'b', { name: 'web-2' }),
];
const placement = Object.fromEntries(guests.map(({ guest, node }) => [guest, node]));
const contextOf = (rules: Given[], more: ConfigInput = {}, given: GuestSample[] = guests) =>
  ruleContext(
    aCluster([aNode('a'), aNode('B')], given),
    aConfig({ ...more, automated_migrations: { placement_rules: rules } }),
  );

describe('rules of the configuration', () => {
  test.each<[string, Given, string[]]>([
    ['keep a pool together', { name: 'r', kind: 'affinity', pools: ['prod'] }, ['qemu/101', 'qemu/102']],
    [
      'keep names apart, whatever their case',
      { name: 'r', kind: 'anti_affinity', guests: ['WEB-*'] },
      ['qemu/103', 'qemu/104'],
    ],
    [
      'take pools, vmids and ids at once, each guest once',
      { name: 'r', kind: 'anti_affinity', pools: ['prod'], guests: ['101', 'qemu/104'] },
      ['qemu/101', 'qemu/102', 'qemu/104'],
    ],
  ])('%s', (_, rule, expected) => {
    expect(contextOf([rule]).groups).toEqual([
      { rule: 'rule r', kind: rule.kind === 'affinity' ? 'together' : 'apart', guests: expected },
    ]);
  });
  test('are kept as tags are', () => {
    const ctx = contextOf([
      { name: 'spread', kind: 'anti_affinity', pools: ['prod'] },
      { name: 'home', kind: 'pin', guests: ['web-1'], nodes: ['a'] },
    ]);
    expect(violations(placement, ctx).map(({ sentence }) => sentence)).toEqual([
      'rule home: qemu/103 is on b, not on a',
      'rule spread: qemu/101, qemu/102 are together on a',
    ]);
    expect(allowedOn('qemu/102', 'a', placement, ctx)).toBe('rule spread keeps it apart from qemu/101 on a');
    expect(allowedOn('qemu/103', 'B', placement, ctx)).toBe('rule home wants it on a');
  });
  test('that nobody can satisfy are named beside tags', () => {
    const given = guests.map((g) => ({ ...g, node: 'a', tags: ['plb_pin_a'] }));
    expect(unsatisfiable(contextOf([{ name: 'r', kind: 'pin', pools: ['prod'], nodes: ['b'] }], {}, given))).toEqual(
      ['qemu/101', 'qemu/102'].map((guest) => `pin plb_pin_a and rule r leave no node for ${guest}`),
    );
  });
  test('that name what does not exist say so, and hold for what does', () => {
    const ctx = contextOf([
      { name: 'p', kind: 'pin', guests: ['101'], nodes: ['b', 'x', 'y'] },
      { name: 'q', kind: 'affinity', pools: ['nobody'] },
    ]);
    expect(ctx.problems).toEqual([
      'rule p names x, y, which is no node of the cluster',
      'rule q is about no guest that exists',
    ]);
    expect([...ctx.bindings.get('qemu/101')![0]!.nodes.keys()]).toEqual(['B']);
  });
  test('may be about the guests of another cluster, where there are several', () => {
    const clusters = ['one', 'two'].map((name) => ({ name, hosts: [name] }));
    const about = (more: Partial<Given>) =>
      contextOf([{ name: 'q', kind: 'affinity', pools: ['nobody'], ...more }], { clusters }).problems;
    expect(about({})).toEqual([]);
    expect(about({ cluster: 'one' })).toEqual(['rule q is about no guest that exists']);
  });
});

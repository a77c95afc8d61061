import type { GuestSample, NodeSample } from '@evenkeel/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aCluster, aConfig, aGuest, aNode, GiB } from '../sample-cluster.ts';
import { ruleContext, unsatisfiable, violationCount } from './index.ts';

const nodes = ['a', 'b', 'c'].map((n) => aNode(n));
const tagged = (vmid: number, node: string, tags: string[], change: Partial<GuestSample> = {}) =>
  aGuest(vmid, node, { tags, ...change });
const pinned = (vmid: number, tags: string[]) => tagged(vmid, 'a', tags);
const said = (guests: GuestSample[], there: NodeSample[] = nodes, change: object = {}) =>
  unsatisfiable(ruleContext(aCluster(there, guests, change), aConfig()));
const gone = (guest: GuestSample) => ({ ...guest, constraints: { ...guest.constraints!, storages: ['gone'] } });
const missing = 'storage gone is not available on a';

describe('what nobody can satisfy', () => {
  test.each<[string, GuestSample[], string[]]>([
    [
      'to be together, bound to different nodes',
      [pinned(1, ['affinity_x', 'plb_pin_a']), pinned(2, ['affinity_x', 'plb_pin_b'])],
      ['pin plb_pin_a and pin plb_pin_b and tag affinity_x leave no node for qemu/1, qemu/2 together'],
    ],
    [
      'to be together on a node that both may use',
      [pinned(1, ['affinity_x', 'plb_pin_a']), pinned(2, ['affinity_x'])],
      [],
    ],
    [
      'to be together through a third, bound to different nodes: only those two are named',
      [
        tagged(1, 'a', ['affinity_x', 'plb_pin_a']),
        tagged(2, 'a', ['affinity_x', 'affinity_y']),
        tagged(3, 'b', ['affinity_y', 'plb_pin_b']),
      ],
      [
        'pin plb_pin_a and pin plb_pin_b and tag affinity_x and tag affinity_y leave no node for qemu/1, qemu/3 together',
      ],
    ],
    [
      'to be together on nodes of which any two, but not all three, have one in common',
      [
        pinned(1, ['affinity_x', 'plb_pin_a', 'plb_pin_b']),
        pinned(2, ['affinity_x', 'plb_pin_b', 'plb_pin_c']),
        pinned(3, ['affinity_x', 'plb_pin_a', 'plb_pin_c']),
      ],
      [
        'pin plb_pin_a, plb_pin_b and pin plb_pin_a, plb_pin_c and pin plb_pin_b, plb_pin_c and tag affinity_x leave no node for qemu/1, qemu/2, qemu/3 together',
      ],
    ],
    [
      'to be together on two nodes that they may not leave',
      [tagged(1, 'a', ['affinity_x', 'ignore']), tagged(2, 'b', ['affinity_x', 'ignore']), pinned(3, ['affinity_x'])],
      [
        'tag affinity_x leaves no node for qemu/1, qemu/2 together: qemu/1 stays on a: it is tagged ignore; qemu/2 stays on b: it is tagged ignore',
      ],
    ],
    [
      'to be together, and too large for any node',
      [1, 2, 3].map((i) => tagged(i, ['a', 'b', 'c'][i - 1]!, ['affinity_x'], { mem: 30 * GiB, maxmem: 30 * GiB })),
      [
        'tag affinity_x leaves no node for qemu/2, qemu/3 together: a has 57.6 GiB of memory to use, 60.0 GiB are needed; b has 57.6 GiB of memory to use, 60.0 GiB are needed; c has 57.6 GiB of memory to use, 60.0 GiB are needed',
      ],
    ],
    [
      'to be together, and too large to be anywhere but where they are',
      [1, 2].map((i) => tagged(i, 'a', ['affinity_x'], { mem: 30 * GiB, maxmem: 30 * GiB })),
      [],
    ],
    [
      'more memory assigned than a node may',
      [tagged(1, 'a', ['affinity_x'], { maxmem: 60 * GiB }), tagged(2, 'b', ['affinity_x'], { maxmem: 60 * GiB })].map(
        (g) => ({ ...g, mem: GiB }),
      ),
      [
        'tag affinity_x leaves no node for qemu/1, qemu/2 together: a may assign 96.0 GiB of memory, 120.0 GiB are needed; b may assign 96.0 GiB of memory, 120.0 GiB are needed; c may assign 96.0 GiB of memory, 120.0 GiB are needed',
      ],
    ],
    [
      'to be apart on one node',
      [pinned(1, ['exclude_x', 'plb_pin_a']), pinned(2, ['exclude_x', 'plb_pin_a'])],
      ['pin plb_pin_a and tag exclude_x: 2 guests to keep apart, 1 node that they may use (qemu/1, qemu/2 on a)'],
    ],
    [
      'two on one node, and a third that has two others: the third is not among them',
      [
        pinned(1, ['exclude_x', 'plb_pin_a']),
        pinned(2, ['exclude_x', 'plb_pin_a']),
        tagged(3, 'b', ['exclude_x', 'plb_pin_b', 'plb_pin_c']),
      ],
      ['pin plb_pin_a and tag exclude_x: 2 guests to keep apart, 1 node that they may use (qemu/1, qemu/2 on a)'],
    ],
    [
      'two pairs on two nodes each with one too many',
      [
        pinned(1, ['exclude_x', 'plb_pin_a']),
        pinned(2, ['exclude_x', 'plb_pin_a']),
        tagged(3, 'b', ['exclude_x', 'plb_pin_b']),
        tagged(4, 'b', ['exclude_x', 'plb_pin_b']),
      ],
      [
        'pin plb_pin_a and tag exclude_x: 2 guests to keep apart, 1 node that they may use (qemu/1, qemu/2 on a)',
        'pin plb_pin_b and tag exclude_x: 2 guests to keep apart, 1 node that they may use (qemu/3, qemu/4 on b)',
      ],
    ],
    ['to be apart on two nodes', [pinned(1, ['exclude_x', 'plb_pin_a']), pinned(2, ['exclude_x', 'plb_pin_b'])], []],
    [
      'to be apart, where others can step aside',
      [
        pinned(1, ['exclude_x']),
        pinned(2, ['exclude_x', 'plb_pin_a', 'plb_pin_b']),
        pinned(3, ['exclude_x', 'plb_pin_a']),
      ],
      [],
    ],
    [
      'to be apart from one that another binds to a node',
      [
        pinned(1, ['exclude_x', 'affinity_y']),
        pinned(2, ['affinity_y', 'plb_pin_a']),
        pinned(3, ['exclude_x', 'plb_pin_a']),
      ],
      [
        'pin plb_pin_a and tag affinity_y and tag exclude_x: 2 guests to keep apart, 1 node that they may use (qemu/1, qemu/3 on a)',
      ],
    ],
    [
      'to be apart, but for those that are off',
      [pinned(1, ['exclude_x', 'plb_pin_a']), tagged(2, 'a', ['exclude_x', 'plb_pin_a'], { status: 'stopped' })],
      [],
    ],
    [
      'to be apart, on one node that neither may leave',
      [pinned(1, ['exclude_x', 'ignore']), pinned(2, ['exclude_x', 'ignore'])],
      [
        'tag exclude_x: 2 guests to keep apart, 1 node that they may use (qemu/1, qemu/2 on a): qemu/1 stays on a: it is tagged ignore; qemu/2 stays on a: it is tagged ignore',
      ],
    ],
    [
      'to be apart, on one node that only one of them may not leave',
      [pinned(1, ['exclude_x', 'ignore']), pinned(2, ['exclude_x'])],
      [],
    ],
    [
      'to be apart, two containers that may not restart',
      [1, 2].map((i) => tagged(i, 'a', ['exclude_x'], { type: 'lxc' })),
      [
        'tag exclude_x: 2 guests to keep apart, 1 node that they may use (lxc/1, lxc/2 on a): lxc/1 stays on a: containers restart when they move, and allow_container_restarts is off; lxc/2 stays on a: containers restart when they move, and allow_container_restarts is off',
      ],
    ],
    [
      'to be apart, on one node that one leaves once its backup is done',
      [pinned(1, ['exclude_x', 'ignore']), tagged(2, 'a', ['exclude_x'], { lock: 'backup' })],
      [],
    ],
    [
      'together and apart from others',
      [pinned(1, ['affinity_x', 'exclude_y']), pinned(2, ['affinity_x']), pinned(3, ['exclude_y'])],
      [],
    ],
    [
      'together and apart from each other',
      [pinned(1, ['affinity_x', 'exclude_y']), pinned(2, ['affinity_x', 'exclude_y'])],
      ['tag affinity_x binds qemu/1, qemu/2 together and tag exclude_y keeps them apart'],
    ],
    [
      'together through a third, and apart from each other',
      [
        pinned(1, ['affinity_x', 'exclude_z']),
        pinned(2, ['affinity_x', 'affinity_y']),
        pinned(3, ['affinity_y', 'exclude_z']),
      ],
      ['tag affinity_x and tag affinity_y bind qemu/1, qemu/3 together and tag exclude_z keeps them apart'],
    ],
    ['a pin of one that is off', [gone(tagged(1, 'a', ['plb_pin_a'], { status: 'stopped' }))], []],
    [
      'a storage that its node does not have',
      [gone(pinned(1, ['plb_pin_a'])), gone(pinned(2, ['plb_pin_a']))],
      [1, 2].map((i) => `pin plb_pin_a leaves no node for qemu/${i}: ${missing}`),
    ],
    [
      'a pin elsewhere of one that may not be moved',
      [tagged(1, 'b', ['plb_pin_a', 'ignore'])],
      ['pin plb_pin_a leaves no node for qemu/1: it stays on b: it is tagged ignore'],
    ],
    ['a pin of one that may not be moved to where it is', [tagged(1, 'a', ['plb_pin_a', 'ignore'])], []],
  ])('%s', (_, guests, expected) => {
    expect(said(guests)).toEqual(expected);
    expect(said(guests.toReversed(), nodes.toReversed())).toEqual(expected);
  });
  test('a pin to a node that is too small, unless it is there already', () => {
    const small = [aNode('a'), aNode('b', { maxmem: 16 * GiB }), aNode('c')];
    const on = (node: string) => [tagged(1, node, ['plb_pin_b'], { mem: 40 * GiB, maxmem: 60 * GiB })];
    expect(said(on('a'), small)).toEqual([
      'pin plb_pin_b leaves no node for qemu/1: b has 14.4 GiB of memory to use, 40.0 GiB are needed',
    ]);
    expect(said(on('b'), small)).toEqual([]);
  });
  test('a preference of HA is nothing that could not be satisfied', () => {
    const guests = [pinned(1, ['exclude_x']), pinned(2, ['exclude_x'])];
    const rule = { rule: 'r', type: 'node-affinity', guests: ['qemu/1', 'qemu/2'], nodes: { a: 1 } };
    expect(said(guests, nodes, { ha_rules: [{ ...rule, strict: false }] })).toEqual([]);
    expect(said(guests, nodes, { ha_rules: [{ ...rule, strict: true }] })).toHaveLength(1);
  });
  test('what Proxmox moves itself is not kept where it is', () => {
    const ha = { state: 'started', auto_rebalance: true };
    const guests = [tagged(1, 'a', ['exclude_x'], { ha }), tagged(2, 'a', ['exclude_x', 'ignore'])];
    expect(said(guests, nodes, { crs: { mode: 'dynamic', auto_rebalance: true } })).toEqual([]);
  });
  test('is asked although a node is away', () => {
    const one = nodes.map((n) => ({ ...n, status: n.node === 'c' ? ('offline' as const) : n.status }));
    const guests = [1, 2, 3].map((vmid) => pinned(vmid, ['exclude_x']));
    expect(said(guests, one)).toEqual([
      'tag exclude_x: 3 guests to keep apart, 2 nodes that they may use (qemu/1, qemu/2, qemu/3 on a, b)',
    ]);
  });
  test('is not asked while no node is there', () => {
    const off = nodes.map((n) => ({ ...n, status: 'offline' as const }));
    const guests = [pinned(1, ['exclude_x', 'plb_pin_a']), pinned(2, ['exclude_x', 'plb_pin_a'])];
    expect(said(guests, off)).toEqual([]);
  });
  test('names eight guests and counts the others', () => {
    const guests = Array.from({ length: 20 }, (_, i) => tagged(i + 1, 'a', ['exclude_x']));
    const [sentence] = said(guests);
    expect(sentence).toContain('20 guests to keep apart, 3 nodes that they may use (qemu/1, qemu/10, ');
    expect(sentence).toContain('and 12 more on a, b, c');
  });
});

test('law: of guests with one rule to be apart and pins, it speaks where no placement keeps all rules, and only there', () => {
  const rows = fc.array(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }), {
    minLength: 1,
    maxLength: 4,
  });
  const placements = (n: number): string[][] =>
    n === 0 ? [[]] : placements(n - 1).flatMap((rest) => ['a', 'b', 'c'].map((node) => [...rest, node]));
  fc.assert(
    fc.property(rows, (pins) => {
      const guests = pins.map((names, i) => pinned(i + 1, ['exclude_x', ...names.map((name) => `plb_pin_${name}`)]));
      const ctx = ruleContext(aCluster(nodes, guests), aConfig());
      const kept = placements(guests.length).some(
        (at) => violationCount(Object.fromEntries(at.map((node, i) => [`qemu/${i + 1}`, node])), ctx) === 0,
      );
      expect(unsatisfiable(ctx).length === 0).toBe(kept);
    }),
  );
});

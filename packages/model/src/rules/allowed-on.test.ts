import type { GuestSample, NodeSample } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { aCluster, aConfig, aGuest, aNode, GiB } from '../sample-cluster.ts';
import { allowedOn, boundElsewhere, cannotRunOn, ruleContext, suitsResidents } from './index.ts';

const constraints = aGuest(1, 'a').constraints!;
const host = { constraints: { ...constraints, cpu_type: 'host' } };
const model = (cpu_model: string) => ({ cpu_model });
const inactive = { storage: 'ceph', shared: true, active: false, total: GiB, used: 0, content: ['images'] };

describe('a node cannot run a guest', () => {
  test.each<[string, Partial<GuestSample>, Partial<NodeSample>, Partial<NodeSample>, string | null]>([
    ['with nothing in the way', {}, {}, {}, null],
    ['with fewer threads than it has vCPUs', { maxcpu: 17 }, {}, {}, 'it has 17 vCPUs, b has 16 threads'],
    ['with as many threads as it has vCPUs', { maxcpu: 16 }, {}, {}, null],
    ['whose threads are not known', { maxcpu: 17 }, {}, { maxcpu: 0 }, null],
    ['without its storage', {}, {}, { storages: [] }, 'storage ceph is not available on b'],
    ['with its storage inactive', {}, {}, { storages: [inactive] }, 'storage ceph is not available on b'],
    ['of whose storages nothing is known', { constraints: undefined } as never, {}, { storages: [] }, null],
    ['in maintenance', {}, {}, { maintenance: true }, 'b is in maintenance'],
    ['of another vendor', {}, { cpu_vendor: 'Intel' }, { cpu_vendor: 'AMD' }, 'b has a CPU of AMD, a one of Intel'],
    ['of the same vendor', {}, { cpu_vendor: 'AMD' }, { cpu_vendor: 'AMD' }, null],
    ['of an unknown vendor', {}, { cpu_vendor: 'AMD' }, {}, null],
    ['coming from an unknown vendor', {}, {}, { cpu_vendor: 'AMD' }, null],
    ['of another vendor that is off', { status: 'stopped' }, { cpu_vendor: 'Intel' }, { cpu_vendor: 'AMD' }, null],
    [
      'whose CPU it takes as it is, of another model',
      host,
      model('x1'),
      model('x2'),
      'its CPU type is host, and b has another model (x2)',
    ],
    ['whose CPU it takes as it is, of the same model', host, model('x1'), model('x1'), null],
    ['whose CPU it takes as it is, of which nothing is known', host, model('x1'), {}, null],
    ['whose CPU it takes as it is, coming from one of which nothing is known', host, {}, model('x2'), null],
    ['without its bridge', {}, { bridges: ['vmbr0'] }, { bridges: [] }, 'bridge vmbr0 is not on b'],
    ['with its bridge', {}, { bridges: ['vmbr0'] }, { bridges: ['vmbr0'] }, null],
    ['whose bridges are not known', {}, { bridges: ['vmbr0'] }, {}, null],
    ['without its bridge, which no node shows to this token', {}, { bridges: ['vmbr1'] }, { bridges: [] }, null],
    [
      'of whose network nothing is known',
      { constraints: undefined } as never,
      { bridges: ['vmbr0'] },
      { bridges: [] },
      null,
    ],
    ['to which it is replicated', { constraints: { ...constraints, replicated_to: ['b', 'c'] } }, {}, {}, null],
    [
      'to which it is not replicated',
      { constraints: { ...constraints, replicated_to: ['c', 'd'] } },
      {},
      {},
      'it is replicated to c, d, not to b',
    ],
    [
      'to which it is not replicated, while it is off',
      { status: 'stopped', constraints: { ...constraints, replicated_to: ['c'] } },
      {},
      {},
      null,
    ],
  ])('%s', (_, guest, from, to, expected) => {
    const ctx = ruleContext(aCluster([aNode('a', from), aNode('b', to)], [aGuest(1, 'a', guest)]), aConfig());
    expect(cannotRunOn('qemu/1', 'b', ctx)).toBe(expected);
  });
  test('a container takes no CPU along', () => {
    const nodes = [
      aNode('a', { cpu_vendor: 'Intel', ...model('x1') }),
      aNode('b', { cpu_vendor: 'AMD', ...model('x2') }),
    ];
    const ctx = ruleContext(aCluster(nodes, [aGuest(1, 'a', { type: 'lxc', ...host })]), aConfig());
    expect(cannotRunOn('lxc/1', 'b', ctx)).toBeNull();
  });
  test('a container may go where it is not replicated, and a VM be where it is', () => {
    const replicated = { constraints: { ...constraints, replicated_to: ['c'] } };
    const guests = [aGuest(1, 'a', { type: 'lxc', ...replicated }), aGuest(2, 'a', replicated)];
    const ctx = ruleContext(aCluster([aNode('a'), aNode('b')], guests), aConfig());
    expect(cannotRunOn('lxc/1', 'b', ctx)).toBeNull();
    expect(cannotRunOn('qemu/2', 'a', ctx)).toBeNull();
  });
  test.each([
    ['qemu/9', 'a', 'qemu/9 is not known'],
    ['qemu/1', 'z', 'z is not known'],
  ])('%s on %s, of which one does not exist', (guest, node, expected) => {
    const ctx = ruleContext(aCluster([aNode('a')], [aGuest(1, 'a')]), aConfig());
    expect(cannotRunOn(guest, node, ctx)).toBe(expected);
    expect(allowedOn(guest, node, {}, ctx)).toBe(expected);
  });
});

describe('a rule that names nodes', () => {
  const said = (
    nodes: Record<string, number>,
    strict: boolean | undefined,
    on: string,
    there: string[] = ['a', 'b', 'c'],
  ) => {
    const all = ['a', 'b', 'c'].map((n) => aNode(n, there.includes(n) ? {} : { status: 'offline' }));
    const rule = {
      rule: 'r',
      type: 'node-affinity',
      guests: ['qemu/1'],
      nodes,
      ...(strict === undefined ? {} : { strict }),
    };
    const sample = aCluster(all, [aGuest(1, 'c')], { ha_rules: [rule as never] });
    return boundElsewhere('qemu/1', on, ruleContext(sample, aConfig()));
  };
  test.each([
    ['wants the highest priority', { a: 1, b: 2, c: 2 }, true, 'a', undefined, 'HA rule r wants it on b, c'],
    ['is content with any of those', { a: 1, b: 2, c: 2 }, true, 'c', undefined, null],
    ['takes the next best where that is away', { a: 1, b: 2 }, true, 'a', ['a', 'c'], null],
    ['wants what it prefers as well', { a: 1, b: 2 }, false, 'a', undefined, 'HA rule r wants it on b'],
    ['lets it go anywhere where all it prefers is away', { b: 2 }, false, 'a', ['a', 'c'], null],
    ['is not strict unless it says so', { b: 2 }, undefined, 'a', ['a', 'c'], null],
    [
      'allows nothing else where it is strict',
      { b: 2 },
      true,
      'a',
      ['a', 'c'],
      'HA rule r allows none of the nodes that are there',
    ],
  ] as const)('%s', (_, nodes, strict, on, there, expected) => {
    expect(said(nodes as never, strict, on, there as never)).toBe(expected);
  });
});

describe('residents', () => {
  const said = (tags: string[], others: GuestSample[], moving?: string[]) => {
    const guests = [aGuest(1, 'a', { tags }), ...others];
    const placement = Object.fromEntries(guests.map((g) => [g.guest, g.node]));
    const ctx = ruleContext(
      aCluster(
        ['a', 'b', 'c'].map((n) => aNode(n)),
        guests,
      ),
      aConfig(),
    );
    return suitsResidents('qemu/1', 'b', placement, ctx, moving);
  };
  const bound = { tags: ['affinity_x'] };
  const parted = { tags: ['exclude_x'] };
  test.each<[string, string[], GuestSample[], string[] | undefined, string | null]>([
    ['bound to one that goes along', bound.tags, [aGuest(2, 'a', bound)], ['qemu/1', 'qemu/2'], null],
    [
      'bound to one that stays',
      bound.tags,
      [aGuest(2, 'a', bound)],
      undefined,
      'tag affinity_x binds it to qemu/2, which is not on b',
    ],
    ['bound to one of whom one is there', bound.tags, [aGuest(2, 'a', bound), aGuest(3, 'b', bound)], undefined, null],
    ['bound to one that is off', bound.tags, [aGuest(2, 'a', { ...bound, status: 'stopped' })], undefined, null],
    [
      'kept from one that goes along',
      parted.tags,
      [aGuest(2, 'a', parted)],
      ['qemu/1', 'qemu/2'],
      'tag exclude_x keeps it apart from qemu/2 on b',
    ],
    ['kept from a template', parted.tags, [aGuest(2, 'b', { ...parted, template: true })], undefined, null],
  ])('%s', (_, tags, others, moving, expected) => expect(said(tags, others, moving)).toBe(expected));
});

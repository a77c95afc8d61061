import { describe, expect, test } from 'vitest';
import { dueBridges, noteBridges, withBridges } from './bridges.ts';
import { newCluster } from './testing/cluster.ts';
import { watch } from './testing/tick.ts';

const now_s = 1_800_000_000;
const ago = (seconds: number, names?: string[]) => ({ tried_at: now_s - seconds, ...(names && { names }) });

describe('whose network is read', () => {
  test.each<[string, Parameters<typeof dueBridges>[0], string[]]>([
    ['of all, at first', undefined, ['a', 'b']],
    ['of none that was read within the hour', { a: ago(3599, []), b: ago(10, []) }, []],
    ['of what was read an hour ago, the longest first', { a: ago(3600, []), b: ago(4000, []) }, ['b', 'a']],
    ['of what could not be read ten minutes ago', { a: ago(600), b: ago(599) }, ['a']],
    ['of what was read in the future', { a: ago(-5, []), b: ago(5, []) }, ['a']],
  ])('%s', (_, known, expected) => {
    expect(dueBridges(known, { online: new Set(['b', 'a']), now_s })).toEqual(expected);
  });
  test('of few nodes at a time', () => {
    const online = new Set(Array.from({ length: 30 }, (_, i) => `n${i}`));
    expect(dueBridges({}, { online, now_s })).toHaveLength(8);
  });
});

test('what was read is kept for the nodes that are there; what cannot be read any more is not known', () => {
  const many = Array.from({ length: 201 }, (_, i) => `vnet${i}`);
  const known = { a: ago(4000, ['vmbr0']), b: ago(4000, ['vmbr0']), gone: ago(5, []) };
  const reads = [{ node: 'a', names: ['vmbr1', 'vmbr0', 'vmbr1'] }, { node: 'b' }, { node: 'c', names: many }];
  expect(noteBridges(known, reads, { nodes: ['a', 'b', 'c', 'd'], now_s })).toEqual({
    a: ago(0, ['vmbr0', 'vmbr1']),
    b: ago(0),
    c: ago(0),
  });
});

describe('a look', () => {
  const network = (...names: string[]) => names.map((iface) => ({ iface, type: 'bridge', active: 1 }));
  const lab = (extra: object) => newCluster({ extra: { '/nodes/n1/network': network('vmbr0', 'vmbr9'), ...extra } });
  test('tells the bridges that guests use, asks again an hour later, and tells nothing of a node that does not say', async () => {
    const cluster = lab({});
    const look = watch(cluster);
    const told = async () => (await look()).sample.nodes.map(({ bridges }) => bridges);
    const asked = () => cluster.asked.filter((path) => path.includes('/network'));
    expect(await told()).toEqual([['vmbr0'], undefined]);
    expect(asked()).toHaveLength(2);
    cluster.now_s += 60;
    expect(await told()).toEqual([['vmbr0'], undefined]);
    expect(asked()).toHaveLength(0);
    cluster.now_s += 3600;
    await told();
    expect(asked()).toHaveLength(2);
  });
  test('with a row that cannot be read does not tell the bridges of its node', async () => {
    const { sample } = await watch(lab({ '/nodes/n2/network': [...network('vmbr0'), { type: 'bridge' }] }))();
    expect(sample.nodes.map(({ bridges }) => bridges)).toEqual([['vmbr0'], undefined]);
    expect(sample.problems).toEqual([]);
  });
  test('knows where guests are replicated to', async () => {
    const jobs = ['n3', 'n2', 'n3'].map((target, i) => ({
      id: `100-${i}`,
      guest: 100,
      jobnum: i,
      type: 'local',
      target,
    }));
    const { sample } = await watch(lab({ '/cluster/replication': jobs }))();
    expect(sample.guests.map(({ vmid, constraints }) => [vmid, constraints?.replicated_to])).toContainEqual([
      100,
      ['n2', 'n3'],
    ]);
  });
});

test('a sample without what is known stays as it is', async () => {
  const { sample } = await watch(newCluster())();
  expect(withBridges(sample)).toEqual(sample);
});

import { describe, expect, test } from 'vitest';
import { aCluster, aConfig, aGuest, aNode, GiB } from '../sample-cluster.ts';
import { cannotRunOn, landingBytes, ruleContext, storageMapTo } from './index.ts';

const storage = (name: string, different: object = {}) => ({
  storage: name,
  shared: false,
  active: true,
  total: 100 * GiB,
  used: 0,
  content: ['images'],
  ...different,
});
const disks = {
  ...aGuest(1, 'a').constraints!,
  storages: ['lvm'],
  local_disk_bytes: 8 * GiB,
  local_storage_bytes: { lvm: 8 * GiB },
};
const there = [storage('zfs'), storage('tank')];

type Given = { guest?: object; here?: object; there?: ReturnType<typeof storage>[]; map?: Record<string, string[]> };

function given({ guest = {}, here = {}, there: on = there, map = { lvm: ['zfs'] } }: Given) {
  const vm = { ...aGuest(1, 'a', { constraints: disks }), ...guest };
  const nodes = [aNode('a', { storages: [storage('lvm', here)] }), aNode('b', { storages: on })];
  const config = aConfig({ automated_migrations: { rules: { storage_map: map } } });
  return { vm, target: nodes[1]!, ctx: ruleContext(aCluster(nodes, [vm]), config) };
}
const judge = (more: Given) => {
  const { vm, target, ctx } = given(more);
  return [cannotRunOn(vm.guest, 'b', ctx), storageMapTo(vm, target, ctx)];
};

describe('disks of a storage that the target does not have', () => {
  test.each<[string, Given, Record<string, string>]>([
    ['go to the one that the map names', {}, { lvm: 'zfs' }],
    ['go to the first of those that is there', { map: { lvm: ['none', 'tank', 'zfs'] } }, { lvm: 'tank' }],
    [
      'pass over one that takes no disks',
      { there: [storage('zfs', { content: ['iso'] }), storage('tank')], map: { lvm: ['zfs', 'tank'] } },
      { lvm: 'tank' },
    ],
    ['stay on one of the same name', { there: [storage('lvm'), storage('zfs')] }, {}],
  ])('%s', (_, more, map) => {
    expect(judge(more)).toEqual([null, map]);
  });

  test.each<[string, Given, string]>([
    ['without a map', { map: {} }, 'storage lvm is not available on b'],
    [
      'that is there but not active',
      { there: [storage('lvm', { active: false }), storage('zfs')] },
      'storage lvm is not available on b',
    ],
    [
      'where none of the map is',
      { map: { lvm: ['xx', 'yy'] } },
      'storage lvm is not available on b, nor one for VM disks that storage_map names for it (xx, yy)',
    ],
    [
      'that is shared',
      { here: { shared: true } },
      'storage lvm is not available on b, and storage_map does not help: it is shared',
    ],
    [
      'of a container',
      { guest: { type: 'lxc', guest: 'lxc/1' } },
      'storage lvm is not available on b, and storage_map does not help: the volumes of a container only go to a storage of the same name',
    ],
    [
      'of a guest that is off',
      { guest: { status: 'stopped' } },
      'storage lvm is not available on b, and storage_map does not help: disks of a guest that is not running only go to a storage of the same name',
    ],
    [
      'of a guest under HA',
      { guest: { ha: { state: 'started', auto_rebalance: false } } },
      'storage lvm is not available on b, and storage_map does not help: HA takes disks only to a storage of the same name',
    ],
  ])('hold a guest back: %s', (_, more, reason) => {
    expect(judge(more)).toEqual([reason, {}]);
  });
});

test('bytes are counted where they come to lie, and not at all where they are only known as a sum', () => {
  const { vm, target, ctx } = given({ map: { lvm: ['zfs'], data: ['zfs'] } });
  const constraints = { ...disks, storages: ['lvm', 'data'], local_storage_bytes: { lvm: 8 * GiB, data: 2 * GiB } };
  expect(landingBytes({ ...vm, constraints }, target, ctx)).toEqual({ zfs: 10 * GiB });
  const copied = { ...constraints, replicated_to: [target.node] };
  expect(landingBytes({ ...vm, constraints: copied }, target, ctx)).toEqual({});
  const { local_storage_bytes: _, ...older } = disks;
  expect(landingBytes({ ...vm, constraints: older }, target, ctx)).toBe(undefined);
});

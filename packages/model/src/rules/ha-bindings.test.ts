import type { GuestSample, HaRule, NodeSample } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { aCluster, aConfig, aGuest, aNode } from '../sample-cluster.ts';
import { boundElsewhere, ruleContext, unsatisfiable, violations } from './index.ts';

const drained = { since: '2026-07-15T12:00:00.000Z', by: 'anna', reason: '' };
const byDrain: Partial<NodeSample> = { maintenance: true, drained };
const byProxmox: Partial<NodeSample> = { maintenance: true, maintenance_of_proxmox: true };
const managed = (more: Partial<NonNullable<GuestSample['ha']>> = {}): GuestSample['ha'] => ({
  state: 'started',
  auto_rebalance: true,
  ...more,
});

const contextOf = (
  rule: Partial<HaRule>,
  a: Partial<NodeSample>,
  ha: GuestSample['ha'],
  maintenance: string[] = [],
) => {
  const rules: HaRule[] = [{ rule: 'r', type: 'node-affinity', guests: ['qemu/1'], ...rule }];
  const guest = aGuest(1, 'a', ha ? { ha } : {});
  const sample = aCluster([aNode('a', a), aNode('b'), aNode('c')], [guest], { ha_rules: rules });
  return ruleContext(sample, aConfig({ automated_migrations: { maintenance_nodes: maintenance } }));
};

describe('HA pulls a guest back to the node of highest priority', () => {
  const nodes = { a: 2, b: 1 };
  const back =
    'HA rule r would pull it back to a, which HA takes to be there; to let it leave: ha-manager crm-command node-maintenance enable a';
  test.each<[string, Partial<HaRule>, Partial<NodeSample>, GuestSample['ha'], string | null]>([
    ['that is drained', { nodes }, byDrain, managed(), back],
    ['that the configuration names', { nodes }, { maintenance: true, maintenance_named: true }, managed(), back],
    [
      'whose group says so, whatever the guest does',
      { nodes, failback: true },
      byDrain,
      managed({ failback: false }),
      back,
    ],
    ['that is drained and the only one', { nodes: { a: 0 } }, byDrain, managed(), back],
    ['but not with failback off', { nodes }, byDrain, managed({ failback: false }), null],
    ['but not with failback of its group off', { nodes, failback: false }, byDrain, managed({ failback: true }), null],
    ['but not one that it ignores', { nodes }, byDrain, managed({ state: 'ignored' }), null],
    ['but not one that it does not manage', { nodes }, byDrain, undefined, null],
    ['but not where that is in its own maintenance', { nodes }, byProxmox, managed(), null],
    [
      'but not where that is drained, and in its own maintenance',
      { nodes },
      { ...byProxmox, drained },
      managed(),
      null,
    ],
    [
      'but not where that is in maintenance, as told by an older collector',
      { nodes },
      { maintenance: true },
      managed(),
      null,
    ],
    ['but not where that is offline', { nodes }, { ...byDrain, status: 'offline' }, managed(), null],
    ['but not from one of the same priority', { nodes: { a: 1, b: 1 } }, byDrain, managed(), null],
    [
      'where a strict rule leaves no other, of which maintenance would be no way out',
      { nodes: { a: 1 }, strict: true },
      byDrain,
      managed(),
      'HA rule r allows none of the nodes that are there',
    ],
  ])('%s', (_, rule, a, ha, expected) => {
    expect(boundElsewhere('qemu/1', 'b', contextOf(rule, a, ha))).toBe(expected);
  });
  test('as the executor sees it: drained by the configuration in force alone', () => {
    expect(boundElsewhere('qemu/1', 'b', contextOf({ nodes }, {}, managed(), ['a']))).toBe(back);
    expect(boundElsewhere('qemu/1', 'b', contextOf({ nodes }, { maintenance: true }, managed(), ['a']))).toBeNull();
  });
});

describe('a rule that keeps guests off nodes', () => {
  const off = (named: string[], strict: boolean) =>
    contextOf(
      { nodes: Object.fromEntries(named.map((n) => [n, 0])), strict, affinity: 'negative' },
      {},
      managed({ failback: false }),
    );
  test.each([
    ['a', 'HA rule r keeps it off a'],
    ['b', null],
  ])('on %s', (node, expected) => {
    expect(boundElsewhere('qemu/1', node, off(['a'], true))).toBe(expected);
    expect(boundElsewhere('qemu/1', node, off(['a'], false))).toBe(expected);
  });
  test('is broken on one of them where it is strict', () => {
    const sentences = (strict: boolean, on: string) =>
      violations({ 'qemu/1': on }, off(['a'], strict)).map(({ sentence }) => sentence);
    expect(sentences(true, 'a')).toEqual(['HA rule r: qemu/1 is on a, which it is to keep off']);
    expect(sentences(true, 'b')).toEqual([]);
    expect(sentences(false, 'a')).toEqual([]);
  });
  test('off all of them is a problem, and strictly no node will do', () => {
    const [soft, strict] = [off(['a', 'b', 'c'], false), off(['a', 'b', 'c'], true)];
    expect(soft.problems).toEqual(['HA rule r keeps its guests off every node there is']);
    expect(strict.problems).toEqual(soft.problems);
    expect(boundElsewhere('qemu/1', 'b', soft)).toBeNull();
    expect(boundElsewhere('qemu/1', 'b', strict)).toBe('HA rule r keeps it off b');
    expect(unsatisfiable(strict)).toEqual(['HA rule r leaves no node for qemu/1']);
  });
});

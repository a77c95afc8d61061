import { expect, test } from 'vitest';
import { usableBytes, usedBytes } from './guest-memory.ts';
import { aConfig, aNode, GiB } from './sample-cluster.ts';

const reserved = (memory_reserve_gib: number) => aConfig({ nodes: { a: { memory_reserve_gib } } }).nodes;

test.each([
  ['no reserve: all that the node uses counts', 0, 30, 10, 64, 30],
  ['a host within its reserve does not count', 24, 30, 22, 40, 22],
  ['a host beyond its reserve counts by that', 14, 30, 10, 50, 16],
  ['a host of exactly its reserve does not count', 20, 30, 10, 44, 10],
  ['guests that seem to use more than their node', 14, 30, 34, 50, 30],
  ['all of a node reserved', 64, 30, 10, 2 ** -30, 10],
])('%s', (_, reserve, mem, occupied, usable, used) => {
  const node = aNode('a', { mem: mem * GiB });
  expect(usableBytes(node, reserved(reserve)) / GiB).toBe(usable);
  expect(usedBytes(node, occupied * GiB, reserved(reserve)) / GiB).toBe(used);
  expect(usableBytes({ ...node, node: 'b' }, reserved(reserve))).toBe(64 * GiB);
});

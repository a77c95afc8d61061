import { aCluster, aConfig, aGuest, aNode, GiB } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { roomIn } from './room-for.ts';

const guest = (tags: string[] = []) => aGuest(101, 'a', { tags });
const nodes = [
  aNode('a'),
  aNode('b', { maxcpu: 32, maxmem: 48 * GiB }),
  aNode('c', { maxcpu: 64, maxmem: 256 * GiB, status: 'offline' }),
];
const roomOf = (tags: string[], config: object = {}) => {
  const room = roomIn(aCluster(nodes, [guest(tags)]), aConfig(config))(guest(tags));
  return [room.vcpus, room.bytes / GiB];
};

test('the room of a guest is that of the largest node on which it may be', () => {
  expect(roomOf([])).toEqual([32, 64]);
  expect(roomOf(['plb_pin_a'])).toEqual([16, 64]);
  expect(roomOf(['plb_pin_b'])).toEqual([32, 48]);
});

test('what is kept for the host is not to be had', () =>
  expect(roomOf([], { nodes: { a: { memory_reserve_gib: 8 } } })).toEqual([32, 56]));

test('a guest that must stay, or may be nowhere, has the room of its node', () => {
  expect(roomOf(['ignore'])).toEqual([16, 64]);
  expect(roomOf(['plb_pin_c'])).toEqual([16, 64]);
});

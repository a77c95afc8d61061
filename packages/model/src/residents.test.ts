import { expect, test } from 'vitest';
import { residentsOf, withResident } from './residents.ts';
import { aGuest } from './sample-cluster.ts';

const here = [aGuest(1, 'a'), aGuest(2, 'a'), aGuest(21, 'a')];

test('the order of guests does not matter, nor do those that are elsewhere or off', () => {
  const others = [aGuest(3, 'b'), aGuest(4, 'a', { status: 'stopped' })];
  expect(residentsOf({ guests: [...others, ...here.toReversed()] }, 'a')).toBe(residentsOf({ guests: here }, 'a'));
});

test('one who comes is one more, and gone again after leaving', () => {
  const before = residentsOf({ guests: here.slice(1) }, 'a');
  const after = withResident(before, 'qemu/1', 1);
  expect(after).toBe(residentsOf({ guests: here }, 'a'));
  expect(withResident(after, 'qemu/1', -1)).toBe(before);
  expect(residentsOf({ guests: [] }, 'a')).toBe(0);
});

test('guests are told apart by every letter', () => {
  const ids = ['qemu/1', 'qemu/2', 'qemu/12', 'qemu/21', 'lxc/1'];
  expect(new Set(ids.map((id) => withResident(0, id, 1))).size).toBe(ids.length);
});

test('the hash is FNV-1a', () => {
  expect(withResident(0, '', 1)).toBe(0x811c9dc5 | 0);
  expect(withResident(0, 'a', 1)).toBe(0xe40c292c | 0);
  expect(withResident(0, 'foobar', 1)).toBe(0xbf9cf968 | 0);
});

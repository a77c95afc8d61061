import { expect, it } from 'vitest';
import { createWatch } from './watch.ts';

function begin() {
  const clock = { now: 5_000_000 };
  return { clock, watch: createWatch(() => clock.now) };
}

it('counts from when a stage was first seen here, each by itself', () => {
  const { clock, watch } = begin();
  expect(watch.elapsed('lab.migration.a', 'running', 1)).toBe(0);
  clock.now += 2000;
  expect(watch.elapsed('lab.migration.a', 'running', 1)).toBe(2000);
  expect(watch.elapsed('lab.migration.a', 'settling', 1)).toBe(0);
  expect(watch.elapsed('lab.migration.b', 'running', 1)).toBe(0);
  clock.now += 1000;
  expect(watch.elapsed('lab.migration.a', 'running', 1)).toBe(3000);
  expect(watch.elapsed('lab.migration.a', 'settling', 1)).toBe(1000);
});

it('counts in the time of a cluster that goes faster, from when it does', () => {
  const { clock, watch } = begin();
  watch.elapsed('lab.migration.a', 'running', 1);
  clock.now += 1000;
  expect(watch.elapsed('lab.migration.a', 'running', 1)).toBe(1000);
  clock.now += 1000;
  expect(watch.elapsed('lab.migration.a', 'running', 60)).toBe(61_000);
});

it('begins anew with what it was told to forget, and with nothing else', () => {
  const { clock, watch } = begin();
  const look = (key: string) => [watch.elapsed(key, 'running', 1), watch.unchanged(key, 1)];
  for (const key of ['lab.migration.a', 'lab.migration.b', 'other.migration.a']) look(key);
  clock.now += 1000;
  watch.keep('lab.migration', ['lab.migration.b']);
  expect(look('lab.migration.a')).toEqual([0, 0]);
  expect(look('lab.migration.b')).toEqual([1000, 1000]);
  expect(look('other.migration.a')).toEqual([1000, 1000]);
});

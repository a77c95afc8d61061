import { expect, test } from 'vitest';
import { beginWatch } from './begin-watch.ts';
import { completed, type Scene, sampleAt } from './testing/scenes.ts';
import { whereabouts } from './whereabouts.ts';

const watched = beginWatch(completed());
const there = { is: 'there' };
const over = (reason: string) => ({ is: 'over', reason });
const unclear = (reason: string) => ({ is: 'unclear', reason });
const unseen = unclear('qemu/101 could not be seen');
const justMoved = unclear('qemu/101 was just moved');

test.each<[string, number, Scene, object]>([
  ['it runs where it was put', 300, {}, there],
  ['it runs there, a moment after', 1, {}, there],
  ['it is gone', 300, { guest: null }, over('qemu/101 is gone')],
  ['it is gone, or on a node that is off', 300, { guest: null, offline: 'n1' }, unseen],
  ['it is another guest now', 300, { guest: { identity: 'other' } }, over('qemu/101 is another guest now')],
  ['it is on its source still', 59, { guest: { node: 'n1' } }, justMoved],
  ['it is on its source again', 60, { guest: { node: 'n1' } }, over('moved again to n1 by somebody else')],
  ['a node of the two is off', 300, { offline: 'n1' }, unclear('n1 is not online')],
  ['the other is off', 300, { offline: 'n2' }, unclear('n2 is not online')],
  ['a third is off', 300, { offline: 'n3' }, there],
  ['nobody knows what it does', 300, { guest: { status: 'unknown' } }, unseen],
  ['it starts again', 59, { guest: { status: 'stopped' } }, justMoved],
  ['it is stopped', 60, { guest: { status: 'stopped' } }, over('qemu/101 is stopped')],
  ['it is paused', 300, { guest: { status: 'paused' } }, there],
])('%s', (_, seconds, scene, expected) => expect(whereabouts(watched, sampleAt(seconds, scene))).toEqual(expected));

test('it may only not have been read', () => {
  const sample = { ...sampleAt(300, { guest: null }), problems: ['guests of n2 could not be read'] };
  expect(whereabouts(watched, sample)).toEqual(unseen);
});

test('a node that is not known any more is not online', () => {
  const sample = sampleAt(300);
  const nodes = sample.nodes.filter(({ node }) => node !== 'n1');
  expect(whereabouts(watched, { ...sample, nodes })).toEqual(unclear('n1 is not online'));
});

test('who moves it on is named where that is known', () => {
  const sample = sampleAt(300, { guest: { node: 'n3' } });
  expect(whereabouts({ ...watched, leaving_by: 'a drain of n2' }, sample)).toEqual(
    over('moved again to n3 by a drain of n2'),
  );
});

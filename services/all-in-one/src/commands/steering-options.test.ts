import { Motive } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { nodeNamed, shortened } from './steering-options.ts';

test.each([
  ['as it is', 'x'.repeat(240), 'x'.repeat(240), []],
  ['cut short', 'x'.repeat(300), `${'x'.repeat(239)}…`, ['the reason is cut to its first 240 characters; it has 300']],
  [
    'cut between characters, not within one',
    `${'x'.repeat(238)}😀😀`,
    `${'x'.repeat(238)}…`,
    ['the reason is cut to its first 240 characters; it has 242'],
  ],
])('a reason is taken %s', (_, given, taken, noted) => {
  const notes: string[] = [];
  expect(shortened(given, (note) => notes.push(note))).toBe(taken);
  expect(Motive.safeParse(taken).success).toBe(true);
  expect(notes).toEqual(noted);
});

test.each(['', 'a b', '-a', 'x'.repeat(64)])('%j is not the name of a node', (name) => {
  expect(() => nodeNamed(name)).toThrow(`${JSON.stringify(name)} is not the name of a node`);
  expect(nodeNamed('pve1')).toBe('pve1');
});

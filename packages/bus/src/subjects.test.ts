import { expect, test } from 'vitest';
import { subjectFilter, subjectMatches } from './subjects.ts';

test.each([
  ['a.b', 'a.b', true],
  ['a.b', 'a.b.c', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a', false],
  ['a.*', 'a.b.c', false],
  ['*.b.*', 'a.b.c', true],
  ['a.>', 'a.b', true],
  ['a.>', 'a.b.c', true],
  ['a.>', 'a', false],
  ['>', 'a', true],
  ['a.*.>', 'a.b', false],
])('%s and %s: %s', (filter, subject, matches) => {
  expect(subjectMatches(filter, subject)).toBe(matches);
  expect(subjectFilter(['x', filter])(subject)).toBe(matches);
});

test('no filter lets all through', () => expect(subjectFilter([])('a.b')).toBe(true));

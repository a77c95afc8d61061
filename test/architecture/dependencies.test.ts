import { expect, test } from 'vitest';
import { outerDependencies, tableAfter } from './read-sources.ts';

const asked = outerDependencies();
const table = tableAfter('CONTRIBUTING.md', '## Dependencies');
const listed = table.flatMap(([names = '']) => names.split(', '));

test('the table of CONTRIBUTING.md lists every dependency once, and no other', () => {
  expect(listed.toSorted()).toEqual([...asked.keys()].toSorted());
});

test('each has a reason to be there, and what was passed over', () => {
  for (const [names, purpose, reason] of table) {
    expect(purpose, names).toMatch(/\w/);
    expect(reason, names).toMatch(/\w+.*[;,] .*\w/);
  }
});

test('each is asked for in one version, exactly', () => {
  const loose = [...asked].filter(
    ([, versions]) => versions.size > 1 || [...versions].some((v) => !/^\d+\.\d+\.\d+$/.test(v)),
  );
  expect(loose).toEqual([]);
});

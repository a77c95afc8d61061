import { expect, test } from 'vitest';
import { renamedClusters } from './renamed-clusters.ts';

type Given = Record<string, string[]>;
const listed = (given: Given) => ({ clusters: Object.entries(given).map(([name, hosts]) => ({ name, hosts })) });

test.each<[string, Given, Given, ReturnType<typeof renamedClusters>]>([
  ['nothing', { a: ['a1'] }, { a: ['a1'] }, { renamed: [], gone: [] }],
  ['another host only', { a: ['a1'] }, { a: ['a2'] }, { renamed: [], gone: [] }],
  ['another name', { a: ['a1', 'a2'] }, { b: ['x', 'A2:8006'] }, { renamed: [{ to: 'b', from: ['a'] }], gone: [] }],
  ['another port', { a: ['a1'] }, { b: ['a1:8007'] }, { renamed: [], gone: ['a'] }],
  ['a new one beside it', { a: ['a1'] }, { a: ['a1'], b: ['b1'] }, { renamed: [], gone: [] }],
  ['one less', { a: ['a1'], b: ['b1'] }, { b: ['b1'] }, { renamed: [], gone: ['a'] }],
  ['two as one', { a: ['a1'], b: ['b1'] }, { c: ['a1', 'b1'] }, { renamed: [{ to: 'c', from: ['a', 'b'] }], gone: [] }],
])('%s', (_, before, after, expected) => {
  expect(renamedClusters(listed(before), listed(after))).toEqual(expected);
});

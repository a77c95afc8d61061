import { expect, test } from 'vitest';
import { wantedOf } from './wanted.ts';

const noon = '2026-03-02T12:00:00.000Z';
const at = Date.parse(noon);

test.each([
  ['[R04] of one guest, what is its', 101, at - 1, [true, false]],
  ['of all, where none is named', undefined, at - 1, [true, true]],
  ['from a moment on', 101, at, [true, false]],
  ['nothing from before', 101, at + 1, [false, false]],
])('%s', (_, vmid, from, expected) => {
  const wanted = wantedOf(vmid, from);
  expect([wanted(101, noon), wanted(102, noon)]).toEqual(expected);
});

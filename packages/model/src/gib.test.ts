import { expect, test } from 'vitest';
import { gib } from './gib.ts';

test.each([
  [0, '0 GiB'],
  [2 ** 30, '1 GiB'],
  [22.46 * 2 ** 30, '22.5 GiB'],
  [-1.5 * 2 ** 30, '-1.5 GiB'],
])('%s bytes are %s', (bytes, said) => expect(gib(bytes)).toBe(said));

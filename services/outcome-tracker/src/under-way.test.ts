import { expect, test } from 'vitest';
import { underWay } from './under-way.ts';

const migration = { guest: 'qemu/101', source_node: 'n1', target_node: 'n2' };

test.each<[unknown, string[]]>([
  [{ state: 'running', migration }, ['qemu/101 n1->n2']],
  [{ state: 'ended', migration }, ['qemu/101 n1->n2']],
  [{ state: 'approved', migration }, []],
  [{ state: 'claimed', migration }, []],
  ['garbage', []],
  [null, []],
])('of %j outcomes are to come: %j', (value, expected) => {
  expect(underWay(value)).toEqual(expected);
});

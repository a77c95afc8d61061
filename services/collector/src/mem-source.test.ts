import { expect, it } from 'vitest';
import { memSource } from './mem-source.ts';
import { guestRow } from './testing/rows.ts';

it.each([
  { name: 'a driver reports', row: { mem: 3, memhost: 5 }, source: 'balloon' },
  { name: 'nobody reports, so the host is repeated', row: { mem: 5, memhost: 5 }, source: 'host' },
  { name: 'PVE 8 does not say', row: { mem: 5, memhost: undefined }, source: 'unknown' },
  { name: 'it just started', row: { mem: 5, memhost: 0 }, source: 'unknown' },
  { name: 'a container', row: { type: 'lxc', mem: 5 }, source: 'cgroup' },
  { name: 'it is stopped', row: { status: 'stopped', mem: 0, memhost: 0 }, source: 'unknown' },
  { name: 'nothing is said', row: { mem: undefined }, source: 'unknown' },
] as const)('$name: $source', ({ row, source }) => {
  expect(memSource(guestRow(row))).toBe(source);
});

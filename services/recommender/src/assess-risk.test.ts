import { aConfig, aGuest, aNode, GiB } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { assessRisk } from './assess-risk.ts';

const constraints = aGuest(1, 'a').constraints!;

test.each([
  ['nothing', {}, []],
  ['memory', { maxmem: 48 * GiB }, ['large_memory', 'share_of_target']],
  ['an idle giant too', { maxmem: 128 * GiB, cpu: 0 }, ['large_memory', 'share_of_target']],
  ['vCPUs', { maxcpu: 24 }, ['many_vcpus', 'share_of_target']],
  [
    'a large local disk',
    { constraints: { ...constraints, local_disks: 1, local_disk_bytes: 200 * GiB } },
    ['local_disk_size'],
  ],
  ['many local disks', { constraints: { ...constraints, local_disks: 3 } }, ['local_disks']],
  ['writes', { diskwrite: 60 * 2 ** 20 }, ['disk_writes']],
  ['container', { type: 'lxc' as const }, ['container_restart']],
  ['state', { constraints: { ...constraints, snapshots_with_state: true } }, ['snapshot_with_state']],
])('risk: %s', (_, change, flags) => {
  const risk = assessRisk(aGuest(1, 'a', change), aNode('b'), aConfig().risk);
  expect(risk.flags.map((f) => f.flag)).toEqual(flags);
  expect(risk.high).toBe(flags.length > 0);
});

test.each([
  ['has copies of them', ['b'], []],
  ['has none', ['c'], ['local_disk_size', 'local_disks']],
])('local disks that go to a node that %s', (_, replicated_to, flags) => {
  const disks = { ...constraints, local_disks: 3, local_disk_bytes: 500 * GiB, replicated_to };
  const risk = assessRisk(aGuest(1, 'a', { constraints: disks }), aNode('b'), aConfig().risk);
  expect(risk).toMatchObject({ high: flags.length > 0, flags: flags.map((flag) => ({ flag })) });
});

test('each risk quotes what it is and what would be none', () => {
  const risky = {
    maxmem: 48.123 * GiB,
    maxcpu: 24,
    diskwrite: 60.5 * 2 ** 20,
    constraints: { ...constraints, local_disks: 3, local_disk_bytes: 200 * GiB, snapshots_with_state: true },
  };
  const { flags } = assessRisk(aGuest(1, 'a', risky), aNode('b'), aConfig().risk);
  expect(flags.map(({ sentence }) => sentence)).toEqual([
    'it has 48.12 GiB of memory, more than 32',
    'it has 24 vCPUs, more than 16',
    "it may take 1.5 of its target's memory or threads, more than 0.5",
    '200 GiB on local disks have to be copied, more than 100',
    '3 local disks have to be copied, more than 2',
    'it writes 60.5 MiB/s, more than 50',
    'it has a snapshot with memory state',
  ]);
  const container = assessRisk(
    aGuest(1, 'a', { type: 'lxc', constraints: undefined } as never),
    aNode('b'),
    aConfig().risk,
  );
  expect(container.flags).toEqual([
    { flag: 'container_restart', value: 1, limit: 0, sentence: 'a container restarts when it moves' },
  ]);
});

test.each([
  ['memory_gib', { maxmem: 20 * GiB }, 16, 24],
  ['vcpus', { maxcpu: 6 }, 4, 8],
  ['share_of_target', { maxcpu: 6 }, 0.25, 0.5],
  ['local_disk_gib', { constraints: { ...constraints, local_disk_bytes: 60 * GiB } }, 50, 70],
  ['local_disks', { constraints: { ...constraints, local_disks: 4 } }, 3, 5],
  ['disk_write_mib_per_second', { diskwrite: 90 * 2 ** 20 }, 80, 100],
])('a guest is risky by the %s of the configuration', (option, change, low, high) => {
  const flagsAt = (limit: number) =>
    assessRisk(aGuest(1, 'a', change), aNode('b'), aConfig({ risk: { [option]: limit } }).risk).flags;
  expect(flagsAt(low)).toEqual([expect.objectContaining({ limit: low })]);
  expect(flagsAt(high)).toEqual([]);
});

test('what is just at a limit is no risk', () => {
  const { memory_gib, vcpus, share_of_target, local_disks } = aConfig().risk;
  const change = { maxmem: memory_gib * GiB, maxcpu: vcpus, constraints: { ...constraints, local_disks } };
  const target = aNode('b', { maxmem: (memory_gib * GiB) / share_of_target, maxcpu: vcpus / share_of_target });
  expect(assessRisk(aGuest(1, 'a', change), target, aConfig().risk)).toEqual({ high: false, flags: [] });
});

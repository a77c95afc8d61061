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

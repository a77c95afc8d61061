import { describe, expect, test } from 'vitest';
import { newCluster } from './testing/cluster.ts';
import { watch } from './testing/tick.ts';

const jobs = (...rows: object[]) => ({ '/cluster/backup': rows });
const job = (now_s: number, different: object) => ({
  id: 'nightly',
  enabled: 1,
  'next-run': now_s + 600,
  ...different,
});
const running = { upid: 'UPID:n1:00000001:00000001:65000000:vzdump::root@pam:', node: 'n1', type: 'vzdump', id: '' };

describe('scheduled backups', () => {
  const { now_s } = newCluster();
  const at = new Date((now_s + 600) * 1000).toISOString();
  const near = { at, running: false };
  const backupsOf = async (extra: Record<string, unknown>) => {
    const { sample } = await watch(newCluster({ extra }))();
    return Object.fromEntries(sample.guests.flatMap(({ guest, backup }) => (backup ? [[guest, backup]] : [])));
  };

  test.each<[string, object[], object]>([
    ['every guest', [job(now_s, { all: 1 })], { 'qemu/100': near, 'qemu/101': near }],
    ['all but one', [job(now_s, { all: 1, exclude: '101' })], { 'qemu/100': near }],
    ['those that are named', [job(now_s, { vmid: '101,999' })], { 'qemu/101': near }],
    ['those of a pool', [job(now_s, { pool: 'nobody' })], {}],
    ['those of another node', [job(now_s, { all: 1, node: 'n3' })], {}],
    ['none while it is off', [job(now_s, { all: 1, enabled: 0 })], {}],
    ['none in a while', [job(now_s, { all: 1, 'next-run': now_s + 86_400 })], {}],
    [
      'the next of two',
      [job(now_s, { vmid: 100, 'next-run': now_s + 900 }), job(now_s, { vmid: 100 })],
      { 'qemu/100': near },
    ],
  ])('%s', async (_, rows, expected) => expect(await backupsOf(jobs(...rows))).toEqual(expected));

  test('a job that runs on a node holds the guests that it covers there', async () => {
    const extra = { ...jobs(job(now_s, { vmid: '100', 'next-run': now_s + 86_400 })), '/cluster/tasks': [running] };
    expect(await backupsOf(extra)).toMatchObject({ 'qemu/100': { running: true } });
    const done = { ...extra, '/cluster/tasks': [{ ...running, endtime: now_s, status: 'OK' }] };
    expect(await backupsOf(done)).toEqual({});
  });

  test('they are read once a run, and it is said where they cannot be', async () => {
    const cluster = newCluster();
    const look = watch(cluster);
    const asked = [(await look()).asked, (await look()).asked].map((paths) => paths.includes('/cluster/backup'));
    expect(asked).toEqual([true, false]);
    const broken = { '/cluster/backup': { status: 403, reason: 'Permission check failed (/, Sys.Audit)' } };
    const { sample } = await watch(newCluster({ broken }))();
    expect(sample.problems).toEqual([expect.stringMatching(/^The backup jobs could not be read: .*Sys\.Audit/)]);
    const odd = await watch(newCluster({ extra: jobs({ enabled: 1 }) }))();
    expect(odd.sample.problems).toEqual(['A backup job could not be read.']);
  });
});

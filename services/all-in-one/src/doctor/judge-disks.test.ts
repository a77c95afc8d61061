import { describe, expect, test } from 'vitest';
import { findingsAbout } from './finding.ts';
import { judgeLeftovers, judgeStorageMap } from './judge-disks.ts';
import { extraPrivileges, missingAt, needsOf } from './rights.ts';

const about = findingsAbout('it');
const row = (storage: string, different: object = {}) => ({
  storage,
  node: 'n1',
  shared: false,
  active: true,
  content: ['images'],
  ...different,
});

describe('left over disks', () => {
  const volume = { volume: 'lvm:vm-101-disk-0', node: 'n2', vmid: 101, on: 'n1', bytes: 8 * 2 ** 30 };
  test.each([
    ['none', [], true, 'ok', /^none on a node/],
    ['not seen', [], false, 'ok', /^not looked for: .* VM\.Config\.Disk on \/vms/],
    ['one', [volume], true, 'warning', /lvm:vm-101-disk-0 on n2, 8 GiB \(101 is on n1\)$/],
    ['many', Array(6).fill(volume), true, 'warning', / and 2 more$/],
  ])('%s', (_, volumes, seen, level, found) => {
    const said = judgeLeftovers(about, { volumes, seen });
    expect(said).toMatchObject({ level, found: expect.stringMatching(found) });
    if (level === 'warning') expect(said.advice).toMatch(/on n2: pvesm free lvm:vm-101-disk-0$/);
  });
});

describe('the storage map', () => {
  const rows = [row('lvm'), row('zfs'), row('iso', { content: ['iso'] }), row('ceph', { shared: true })];
  test.each<[string, Record<string, string[]>, string[]]>([
    ['absent', {}, []],
    ['there and back', { lvm: ['zfs'], zfs: ['lvm'] }, ['ok: 2 storages have others to go to']],
    ['onto shared storage, where nobody comes back from', { lvm: ['ceph'] }, ['ok: 1 storages have others to go to']],
    [
      'one way',
      { lvm: ['zfs'] },
      ['warning: leads one way: lvm to zfs; guests that went do not come back by themselves'],
    ],
    ['of what is not there', { gone: ['lvm'], lvm: ['gone'] }, ['warning: names what is not there: gone']],
    ['onto what takes no disks', { lvm: ['iso'], iso: ['lvm'] }, ['warning: names what takes no disks: iso']],
  ])('%s', (_, map, expected) => {
    expect(judgeStorageMap(about, map, rows).map(({ level, found }) => `${level}: ${found}`)).toEqual(expected);
  });
});

test('rights that the configuration asks for besides', () => {
  const places = { nodes: [], vmids: [7], storages: ['zfs'] };
  const wants = { agent: 'VM.GuestAgent.Audit' as const, storages: ['zfs'] };
  const missing = (held: object, right: 'read' | 'write') =>
    needsOf(right, places, wants).flatMap((need) =>
      missingAt(held as never, need).map((at) => `${need.privilege} ${at}`),
    );
  const looks = {
    'Sys.Audit': true,
    'VM.Audit': true,
    'Datastore.Audit': true,
    'Pool.Audit': true,
    'SDN.Audit': true,
    'VM.Migrate': true,
  };
  expect(missing({ '/': looks }, 'write')).toEqual([
    'VM.GuestAgent.Audit /vms/7',
    'VM.Config.Disk /vms/7',
    'Datastore.AllocateSpace /storage/zfs',
  ]);
  expect(missing({ '/': looks }, 'read')).toEqual([]);
  expect(extraPrivileges({})).toEqual([]);
});

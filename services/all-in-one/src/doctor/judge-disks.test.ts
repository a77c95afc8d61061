import { describe, expect, test } from 'vitest';
import { findingsAbout } from './finding.ts';
import { judgeLeftovers, judgeStorageMap } from './judge-disks.ts';
import { judgeRights } from './judge-rights.ts';
import { extraPrivileges, missingAt, needsOf, type Permissions } from './rights.ts';

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

describe('where guests are under HA, the token that writes', () => {
  const places = { nodes: ['a', 'b'], vmids: [7], storages: [] };
  const id = 'evenkeel@pve!write';
  const looks = ['Sys.Audit', 'VM.Audit', 'Datastore.Audit', 'Pool.Audit', 'SDN.Audit', 'VM.Migrate'];
  const told = (ha: boolean, more: Permissions = {}, right: 'read' | 'write' = 'write') => {
    const top = Object.fromEntries(looks.filter((l) => right === 'write' || l !== 'VM.Migrate').map((l) => [l, true]));
    const held = { '/': top, ...Object.fromEntries(Object.entries(more).map(([at, own]) => [at, { ...top, ...own }])) };
    return judgeRights(about, { right, id, wants: { ha } }, held, places).filter(({ level }) => level !== 'ok');
  };
  const mayStop = { 'Sys.Modify': true };

  test('should be able to stop tasks, and is told what happens without', () => {
    expect(told(true)).toMatchObject([
      {
        level: 'warning',
        check: 'right Sys.Modify of the write token',
        found: expect.stringMatching(
          /lacks Sys\.Modify on \/nodes, needed for stopping .* without it these run on to their end$/,
        ),
        advice: expect.stringMatching(/aclmod \/nodes -token 'evenkeel@pve!write' -role EvenkeelWrite,EvenkeelStop$/),
      },
    ]);
    expect(told(true, { '/nodes': mayStop })).toEqual([]);
    expect(told(false)).toEqual([]);
    expect(told(true, {}, 'read')).toEqual([]);
  });

  test('may do so on nodes only, and only there', () => {
    const excess = { check: 'more rights of the write token', found: expect.stringContaining('Sys.Modify on /') };
    expect(told(true, { '/': mayStop })).toMatchObject([excess]);
    expect(told(false, { '/nodes': mayStop })).toMatchObject([excess]);
    expect(told(true, { '/nodes': mayStop }, 'read')).toMatchObject([{ check: 'more rights of the read token' }]);
  });
});

import type { StreamLook } from '@evenkeel/bus';
import type { RedisLook } from '@evenkeel/store';
import { describe, expect, test } from 'vitest';
import { findingsAbout, presentable } from './finding.ts';
import { judgeCrs, judgeHa, judgeStatus, judgeStorage, judgeVersions } from './judge-cluster.ts';
import { judgeHost } from './judge-host.ts';
import { judgeNats } from './judge-nats.ts';
import { judgeRedis } from './judge-redis.ts';
import { grantCommands } from './judge-rights.ts';
import { judgeTwins } from './judge-twins.ts';
import { excessOf, holds, missingAt, needsOf } from './rights.ts';

const about = findingsAbout('it');
const bad = (findings: { level: string; check: string }[]) =>
  findings.filter(({ level }) => level !== 'ok').map(({ level, check }) => `${level}: ${check}`);

describe('rights', () => {
  const held = { '/': { 'Sys.Audit': true }, '/vms': { 'VM.Audit': true, 'VM.Migrate': false }, '/vms/7': {} };
  test.each([
    ['/', 'Sys.Audit', true],
    ['/nodes/pve1', 'Sys.Audit', true],
    ['/vms/8', 'VM.Audit', true],
    ['/vms', 'VM.Migrate', true],
    ['/vms/8', 'VM.Migrate', false],
    ['/vms/7', 'VM.Audit', false],
    ['/vms/8', 'Sys.Audit', false],
    ['/storage', 'Datastore.Audit', false],
  ])('at %s %s holds: %s', (path, privilege, expected) => {
    expect(holds(held, path, privilege)).toBe(expected);
  });

  test('what is missing, by need', () => {
    const needs = needsOf('write', { nodes: ['pve1'], vmids: [7, 8], storages: ['nfs'] });
    const missing = Object.fromEntries(needs.map((need) => [need.privilege, missingAt(held, need)]));
    expect(missing).toEqual({
      'Sys.Audit': [],
      'VM.Audit': ['/vms/7'],
      'VM.Migrate': ['/vms/7', '/vms/8'],
      'Datastore.Audit': ['/storage', '/storage/nfs'],
      'Pool.Audit': ['/pool'],
      'SDN.Audit': ['/sdn/zones/localnetwork'],
    });
  });

  test('more than it needs', () => {
    expect(excessOf(held, 'read')).toEqual(['VM.Migrate on /vms']);
    expect(excessOf(held, 'write')).toEqual([]);
  });

  test.each(['VM.GuestAgent.Audit', 'VM.Monitor'] as const)('the agent is asked by %s', (agent) => {
    const needs = needsOf('write', { nodes: [], vmids: [7], storages: [] }, { agent });
    expect(needs.map(({ privilege }) => privilege)).toContain(agent);
    expect(excessOf({ '/': { [agent]: true } }, 'write', { agent })).toEqual([]);
    expect(grantCommands('write', 'a@pve!x', '/', { agent })).toContain(`VM.Migrate ${agent}"`);
  });

  test('mapped devices are looked up by the reading token', () => {
    const places = { nodes: [], vmids: [], storages: [] };
    const privileges = (right: 'read' | 'write') =>
      needsOf(right, places, { mappings: true }).map(({ privilege }) => privilege);
    expect(privileges('read')).toContain('Mapping.Audit');
    expect(privileges('write')).not.toContain('Mapping.Audit');
    expect(grantCommands('read', 'a@pve!x', '/', { mappings: true })).toContain('SDN.Audit Mapping.Audit"');
  });

  test('a name with a quote in it stays inside its quotes', () => {
    expect(grantCommands('read', "o'hara@pve!x;reboot", '/vms')).toContain("-token 'o'\\''hara@pve!x;reboot' -role");
  });
});

describe('what a finding shows', () => {
  test('no secret, nothing that does not print, nothing endless', () => {
    const text = `a\u0007\u202eb hunter22 ${'x'.repeat(2_000)}`;
    const { found, advice } = presentable(about.problem('c', text, 'mail hunter22'), ['hunter22', '']);
    expect(found).toMatch(/^a··b \[secret\] x+…$/);
    expect([found.length < 1_000, advice]).toEqual([true, 'mail [secret]']);
  });
});

describe('a cluster', () => {
  test.each([
    ['9.2', {}, []],
    ['8.4', {}, []],
    ['8.2', {}, ['warning: version']],
    ['9.0', {}, []],
    ['9.3', {}, ['warning: version']],
    ['9.7', {}, ['warning: version']],
    ['10.0', {}, ['warning: version']],
    ['7.4', {}, ['problem: version']],
    ['9.2', { pve1: '9.2.1', pve2: '9.1.4' }, ['warning: versions']],
  ])('version %s, by node %j', (release, nodes, expected) => {
    expect(bad(judgeVersions(about, release, new Map(Object.entries(nodes))))).toEqual(expected);
  });

  test('quorum and nodes that are away', () => {
    const nodes = [
      { node: 'pve1', online: true },
      { node: 'pve2', online: false },
    ];
    expect(bad(judgeStatus(about, { quorate: false, nodes }))).toEqual(['problem: quorum', 'warning: nodes']);
  });

  test('CRS in force counts those it owns; mode basic moves nothing', () => {
    const sids = [{ sid: 'vm:1', type: 'vm', state: 'started', auto_rebalance: true }];
    const options = (mode: string) => ({ crs: { mode, auto_rebalance: true } });
    expect(judgeCrs(about, options('dynamic'), sids)).toMatchObject({
      level: 'warning',
      found: expect.stringContaining('leaves 1 guests'),
    });
    expect(judgeCrs(about, options('basic'), sids).level).toBe('ok');
  });

  test('rules that could not be read', () => {
    expect(judgeHa(about, [], [], 0).level).toBe('ok');
    expect(judgeHa(about, [], [], 2)).toMatchObject({
      level: 'warning',
      found: expect.stringContaining('2 could not'),
    });
  });

  test('storage: none shared, one full, one away', () => {
    const row = { storage: 'zfs', shared: false, active: true, content: ['images'], disk: 95, maxdisk: 100 };
    const rows = [
      { ...row, node: 'pve1' },
      { ...row, node: 'pve2', disk: 1, active: false },
      { ...row, storage: 'iso', node: 'pve1', content: ['iso'] },
    ];
    expect(bad(judgeStorage(about, rows, 2))).toEqual([
      'warning: storage',
      'warning: space of zfs on pve1',
      'warning: storage zfs',
    ]);
  });

  test.each([
    [400, []],
    [10, ['warning: certificate of pve1']],
    [-3, ['warning: certificate of pve1']],
  ])('a pinned certificate that is good for %i days', (days, expected) => {
    const valid_to = days * 86_400_000 + 1;
    const certificate = {
      fingerprint: 'AA',
      valid_from: 0,
      valid_to,
      trusted_by: 'fingerprint' as const,
      refusal: null,
    };
    expect(bad(judgeHost(about, { host: 'pve1', certificate }, 0))).toEqual(expected);
  });
});

describe('the servers', () => {
  const stream = (other: Partial<StreamLook> = {}): StreamLook => ({
    name: 'S',
    exists: true,
    replicas: 1,
    messages: 1,
    bytes: 1,
    differs: [],
    ...other,
  });
  const always = { always: true, interval_ms: 0 };
  const late = { always: false, interval_ms: 120_000 };
  test.each([
    ['one server that syncs', 1, [stream()], always, []],
    ['one that syncs late', 1, [stream()], late, ['warning: sync']],
    ['one of which nobody knows', 1, [stream()], null, ['warning: sync']],
    ['three servers, three copies', 3, [stream({ replicas: 3 })], null, []],
    ['three servers, one copy', 3, [stream()], always, ['warning: replicas']],
    ['no streams yet', 1, [stream({ exists: false })], always, []],
    ['one stream of two', 1, [stream(), stream({ name: 'T', exists: false })], always, ['warning: stream T']],
  ])('NATS: %s', (_, servers, streams, sync, expected) => {
    const look = { version: '2.10.27', servers, streams, clock_ahead_ms: 100 };
    expect(bad(judgeNats(look, sync, 'http://nats:8222'))).toEqual(expected);
  });

  const fine: RedisLook = {
    version: '7.2.0',
    role: 'master',
    aof: true,
    appendfsync: 'everysec',
    cannot_persist: false,
    maxmemory_policy: 'noeviction',
    maxmemory: 0,
    used_memory: 1,
    evicted_keys: 0,
    clock_ahead_ms: 0,
  };
  test.each<[string, Partial<RedisLook>, string[]]>([
    ['as it should be', {}, []],
    ['a replica', { role: 'slave' }, ['problem: connection']],
    ['evicts, once there is a limit', { maxmemory_policy: 'allkeys-lru' }, ['warning: eviction']],
    ['evicts', { maxmemory_policy: 'volatile-ttl', maxmemory: 100 }, ['problem: eviction']],
    ['has evicted', { evicted_keys: 3 }, ['problem: eviction']],
    ['keeps nothing', { aof: false }, ['warning: persistence']],
    ['never syncs', { appendfsync: 'no' }, ['warning: persistence']],
    ['cannot write', { cannot_persist: true }, ['problem: persistence']],
    ['nearly full', { maxmemory: 100, used_memory: 90 }, ['warning: memory']],
    ['5 s behind', { clock_ahead_ms: -5_000 }, ['warning: clock of Redis']],
    ['a minute ahead', { clock_ahead_ms: 60_000 }, ['problem: clock of Redis']],
  ])('Redis: %s', (_, other, expected) => {
    expect(bad(judgeRedis({ ...fine, ...other }))).toEqual(expected);
  });
});

describe('clusters that are one', () => {
  const identity = (cluster: string, name: string | undefined, ...nodes: [string, string?][]) => ({
    cluster,
    status: { name, quorate: true, nodes: nodes.map(([node, ip]) => ({ node, online: true, ip })) },
  });
  const home = identity('a', 'home', ['pve1', '10.0.0.1'], ['pve2', '10.0.0.2']);

  test.each([
    ['another name', identity('b', 'away', ['pve1', '10.0.0.1']), 0],
    ['other addresses', identity('b', 'home', ['pve1', '10.1.0.1'], ['pve2', '10.1.0.2']), 0],
    ['other members', identity('b', 'home', ['pve3', '10.0.0.3']), 0],
    ['no cluster', identity('b', undefined, ['pve1', '10.0.0.1']), 0],
    ['a node less', identity('b', 'home', ['pve2', '10.0.0.2']), 1],
    ['addresses that are not known', identity('b', 'home', ['pve1'], ['pve2']), 1],
  ])('%s', (_, other, expected) => {
    expect(judgeTwins([home, other])).toHaveLength(expected);
  });

  test('names both', () => {
    expect(judgeTwins([home, identity('c', 'else', ['x']), { ...home, cluster: 'b' }])).toMatchObject([
      {
        level: 'problem',
        found: expect.stringContaining(
          'a and b are both the Proxmox cluster home (pve1 10.0.0.1, pve2 10.0.0.2): each limit holds twice',
        ),
      },
    ]);
    const alone = identity('a', undefined, ['pve', '10.0.0.1']);
    expect(judgeTwins([alone, { ...alone, cluster: 'b' }])[0]?.found).toContain(
      'a and b are both one node (pve 10.0.0.1)',
    );
  });
});

import type { GuestSample } from '@evenkeel/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aCluster, aConfig, aGuest, aNode } from '../sample-cluster.ts';
import {
  allowedOn,
  companions,
  concerned,
  crsNote,
  hindrance,
  matches,
  mayMove,
  ruleContext,
  splitTags,
  unsatisfiable,
  violations,
  waiverOf,
  wishToStay,
} from './index.ts';

const nodes = [aNode('a'), aNode('b'), aNode('c')];
const tagged = (tags: string[], change = {}) => aGuest(1, 'a', { tags, ...change });
const rules = (change: object) => ({ automated_migrations: { rules: change } });

describe('mayMove', () => {
  const constraints = aGuest(1, 'a').constraints!;
  const lxc = { type: 'lxc' } as const;
  const own = { ha: { state: 'started', auto_rebalance: true } };
  test.each([
    ['a plain guest', {}, {}, null],
    ['ignore', { tags: ['web;ignore'] }, {}, 'it is tagged ignore'],
    ['no-auto-migrate', { tags: ['no-auto-migrate'] }, {}, 'it is tagged no-auto-migrate'],
    ['plb_ignore', { tags: ['plb_ignore_x'] }, {}, 'it is tagged plb_ignore_x'],
    ['plb_ignore alone', { tags: ['plb_ignore'] }, {}, 'it is tagged plb_ignore'],
    [
      'plb_ignore without any setting',
      { tags: ['plb_ignore_x'] },
      rules({ respect_ignore_tags: false }),
      'it is tagged plb_ignore_x',
    ],
    ['tags not respected', { tags: ['ignore'] }, rules({ respect_ignore_tags: false }), null],
    ['by name', { name: 'db-1' }, rules({ ignore_guests: ['db-*'] }), 'ignore_guests names it (db-*)'],
    ['by vmid', {}, rules({ ignore_guests: ['1'] }), 'ignore_guests names it (1)'],
    ['by id', {}, rules({ ignore_guests: ['qemu/1'] }), 'ignore_guests names it (qemu/1)'],
    ['by pool', { pool: 'prod' }, rules({ ignore_pools: ['prod'] }), 'ignore_pools names its pool prod'],
    [
      'whitelist',
      {},
      rules({ require_auto_migrate_ok_tag: true }),
      'it is not tagged auto-migrate-ok, and only such guests move',
    ],
    ['on the whitelist', { tags: ['auto-migrate-ok'] }, rules({ require_auto_migrate_ok_tag: true }), null],
    ['template', { template: true }, {}, 'it is a template'],
    ['stopped', { status: 'stopped' as const }, {}, 'it is stopped, not running'],
    ['backup', { lock: 'backup' }, {}, 'it is locked (backup)'],
    ['passthrough', { constraints: { ...constraints, local_devices: ['hostpci0'] } }, {}, 'hostpci0 binds it to a'],
    ['bind mount', { constraints: { ...constraints, bind_mounts: ['mp0'] } }, {}, 'mount point mp0 exists on a only'],
    ['unread', { constraints: undefined }, {}, 'its configuration has not been read yet'],
    ['container', lxc, {}, 'containers restart when they move, and allow_container_restarts is off'],
    ['container allowed', lxc, rules({ allow_container_restarts: true }), null],
    ['container allowed by tag', { ...lxc, tags: ['restart-ok'] }, {}, null],
    ['itself', { tags: ['evenkeel'] }, {}, 'it is tagged evenkeel: it carries the balancer itself'],
    ['ignored node', {}, { nodes: { a: { ignore: true } } }, 'its node a is to be ignored'],
    ['HA without CRS', own, {}, null],
  ])('%s', (_, change, config, expected) => {
    const guest = { ...aGuest(1, 'a'), ...change, guest: 'type' in change ? 'lxc/1' : 'qemu/1' } as ReturnType<
      typeof aGuest
    >;
    expect(mayMove(guest.guest, ruleContext(aCluster(nodes, [guest]), aConfig(config)))).toBe(expected);
  });
  test.each([
    ['basic', null],
    ['static', "Proxmox's own automatic rebalancing (CRS static) owns it"],
    ['dynamic', "Proxmox's own automatic rebalancing (CRS dynamic) owns it"],
  ])('what CRS %s owns is not ours', (mode, expected) => {
    const sample = aCluster(nodes, [aGuest(1, 'a', own)], { crs: { mode, auto_rebalance: true } });
    expect(mayMove('qemu/1', ruleContext(sample, aConfig()))).toBe(expected);
  });
  test('where two balancers look after a cluster, it is said how they share it', () => {
    const guests = [
      aGuest(1, 'a', own),
      aGuest(2, 'a', own),
      aGuest(3, 'a', { ha: { state: 'started', auto_rebalance: false } }),
      aGuest(4, 'a'),
    ];
    const note = (mode: string, auto_rebalance: boolean) =>
      crsNote(aCluster(nodes, guests, { crs: { mode, auto_rebalance } }));
    expect(note('dynamic', true)).toBe(
      "Proxmox's own automatic rebalancing (CRS dynamic) is on: 2 HA guests are left to it, all others are balanced here",
    );
    expect([note('basic', true), note('dynamic', false)]).toEqual([undefined, undefined]);
    const one = {
      guests: [guests[0]!, { ...guests[1]!, template: true }],
      crs: { mode: 'static', auto_rebalance: true },
    };
    expect(crsNote(one as never)).toContain('(CRS static) is on: 1 HA guest is left to it');
    expect(crsNote({ ...one, guests: [] } as never)).toBeUndefined();
  });
  test.each([
    [{ lock: 'backup' }, true],
    [{ status: 'unknown' as const }, true],
    [{ constraints: undefined }, true],
    [{ node: 'gone' }, true],
    [{ template: true }, false],
    [{ constraints: { ...constraints, local_devices: ['hostpci0'] } }, false],
    [{}, undefined],
  ])('what passes by itself: %j', (change, passes) => {
    const guest = { ...aGuest(1, 'a'), ...change } as ReturnType<typeof aGuest>;
    expect(hindrance('qemu/1', ruleContext(aCluster(nodes, [guest]), aConfig()))?.passes).toBe(passes);
  });
  test('the HA manager empties a node in its own maintenance; one that is drained, Evenkeel does', () => {
    const guest = tagged([], { ha: { state: 'started', auto_rebalance: false } });
    const said = (change: object) =>
      mayMove('qemu/1', ruleContext(aCluster([aNode('a', change), aNode('b')], [guest]), aConfig()), 'drain');
    const drained = { since: '2026-07-15T12:00:00.000Z', by: 'anna', reason: '' };
    expect(said({ maintenance: true })).toBe('the HA manager moves it off a itself');
    expect(said({ maintenance: true, drained })).toBeNull();
  });
  test('what HA ignores it empties no node of, also where that is in its maintenance and drained', () => {
    const guest = tagged([], { ha: { state: 'ignored', auto_rebalance: false } });
    const drained = { since: '2026-07-15T12:00:00.000Z', by: 'anna', reason: '' };
    const node = aNode('a', { maintenance: true, maintenance_of_proxmox: true, drained });
    const ctx = ruleContext(aCluster([node, aNode('b')], [guest]), aConfig());
    expect(mayMove('qemu/1', ctx, 'drain')).toBeNull();
  });

  test.each<[string, Partial<GuestSample>, object, string | null]>([
    ['its state is not known', { status: 'unknown' }, {}, 'its state could not be read'],
    ['its node is away', { node: 'gone' }, {}, 'its node gone is not online'],
    [
      'two devices bind it',
      { constraints: { ...constraints, local_devices: ['hostpci0', 'usb0'] } },
      {},
      'hostpci0, usb0 binds it to a',
    ],
    [
      'two mounts bind it',
      { constraints: { ...constraints, bind_mounts: ['mp0', 'mp1'] } },
      {},
      'mount point mp0, mp1 exists on a only',
    ],
    ['Proxmox balances others itself', {}, { crs: { mode: 'dynamic', auto_rebalance: true } }, null],
    [
      'HA, but not its balancer, looks after it',
      { ha: { state: 'started', auto_rebalance: false } },
      { crs: { mode: 'dynamic', auto_rebalance: true } },
      null,
    ],
  ])('where %s', (_, change, cluster, expected) => {
    expect(mayMove('qemu/1', ruleContext(aCluster(nodes, [aGuest(1, 'a', change)], cluster), aConfig()))).toBe(
      expected,
    );
  });

  test('of a guest that is not known nothing can be said', () => {
    const ctx = ruleContext(aCluster(nodes, []), aConfig());
    expect([mayMove('qemu/9', ctx), wishToStay('qemu/9', ctx)]).toEqual(['it is not known', 'it is not known']);
  });

  test.each(['maintenance', 'drain'] as const)(
    'under %s the balancer itself stays, and a container that may not restart',
    (mandatory) => {
      const ctx = ruleContext(
        aCluster(nodes, [tagged(['evenkeel']), aGuest(2, 'a', { type: 'lxc' }), aGuest(3, 'a', { tags: ['ignore'] })]),
        aConfig(),
      );
      expect(['qemu/1', 'lxc/2', 'qemu/3'].map((id) => wishToStay(id, ctx, mandatory))).toEqual([
        'it is tagged evenkeel: it carries the balancer itself',
        'containers restart when they move, and allow_container_restarts is off',
        null,
      ]);
    },
  );

  test.each([
    ['of a node that is emptied', { mandatory: 'drain' }, 'drain'],
    ['of a node that is emptied and named', { mandatory: 'maintenance', empties: 'a' }, 'maintenance'],
    ['that makes room for such a node', { mandatory: 'maintenance', empties: 'b' }, undefined],
    ['that nobody asks for', {}, undefined],
  ] as const)('the wish of a guest %s', (_, move, expected) => {
    expect(waiverOf({ source_node: 'a', ...move })).toBe(expected);
  });

  test('a node in maintenance waives wishes, not what cannot work', () => {
    const sample = aCluster(nodes, [tagged(['ignore']), aGuest(2, 'a', { lock: 'backup' })]);
    const ctx = ruleContext(sample, aConfig());
    expect([mayMove('qemu/1', ctx, 'maintenance'), mayMove('qemu/1', ctx, 'rule')]).toEqual([
      null,
      'it is tagged ignore',
    ]);
    expect(mayMove('qemu/2', ctx, 'maintenance')).toBe('it is locked (backup)');
  });
});

describe('allowedOn', () => {
  const at = { 'qemu/1': 'a', 'qemu/2': 'b', 'qemu/3': 'c' };
  const allowed = (tags: [string[], string[], string[]], node: string, change = {}, config = {}) => {
    const guests = tags.map((t, i) => aGuest(i + 1, 'abc'[i]!, { tags: t }));
    return allowedOn('qemu/1', node, at, ruleContext(aCluster(nodes, guests, change), aConfig(config)));
  };
  const ha = (change: object) => ({ ha_rules: [{ rule: 'r', guests: ['qemu/1', 'qemu/2'], ...change }] });
  test.each([
    ['nothing in the way', [[], [], []], 'b', {}, {}, null],
    ['exclude', [['exclude_db'], ['exclude_db'], []], 'b', {}, {}, 'tag exclude_db keeps it apart from qemu/2 on b'],
    ['exclude elsewhere', [['exclude_db'], ['exclude_db'], []], 'c', {}, {}, null],
    [
      'plb_anti_affinity',
      [['plb_anti_affinity_x'], ['plb_anti_affinity_x'], []],
      'b',
      {},
      {},
      'tag plb_anti_affinity_x keeps it apart from qemu/2 on b',
    ],
    [
      'affinity',
      [['affinity_x'], ['affinity_x'], []],
      'c',
      {},
      {},
      'tag affinity_x binds it to qemu/2, which is not on c',
    ],
    ['affinity joined', [['affinity_x'], ['affinity_x'], []], 'b', {}, {}, null],
    ['exclude off', [['exclude_db'], ['exclude_db'], []], 'b', {}, rules({ respect_exclude_affinity: false }), null],
    [
      'plb_anti_affinity without any setting',
      [['plb_anti_affinity'], ['plb_anti_affinity'], []],
      'b',
      {},
      rules({ respect_exclude_affinity: false }),
      'tag plb_anti_affinity keeps it apart from qemu/2 on b',
    ],
    [
      'plb_affinity without any setting',
      [['plb_affinity_x'], ['plb_affinity_x'], []],
      'c',
      {},
      rules({ respect_affinity_rules: false }),
      'tag plb_affinity_x binds it to qemu/2, which is not on c',
    ],
    ['affinity off', [['affinity_x'], ['affinity_x'], []], 'c', {}, rules({ respect_affinity_rules: false }), null],
    ['pin', [['plb_pin_b'], [], []], 'c', {}, {}, 'pin plb_pin_b wants it on b'],
    ['pins', [['plb_pin_b', 'plb_pin_c'], [], []], 'c', {}, {}, null],
    [
      'HA negative',
      [[], [], []],
      'b',
      ha({ type: 'resource-affinity', affinity: 'negative' }),
      {},
      'HA rule r keeps it apart from qemu/2 on b',
    ],
    [
      'HA positive',
      [[], [], []],
      'c',
      ha({ type: 'resource-affinity', affinity: 'positive' }),
      {},
      'HA rule r binds it to qemu/2, which is not on c',
    ],
    [
      'HA strict',
      [[], [], []],
      'c',
      ha({ type: 'node-affinity', nodes: { a: 0, b: 0 }, strict: true }),
      {},
      'HA rule r wants it on a, b',
    ],
    [
      'HA priority',
      [[], [], []],
      'b',
      ha({ type: 'node-affinity', nodes: { a: 2, b: 1 }, strict: false }),
      {},
      'HA rule r wants it on a',
    ],
    [
      'maintenance',
      [[], [], []],
      'b',
      {},
      { automated_migrations: { maintenance_nodes: ['b'] } },
      'b is in maintenance',
    ],
    ['ignored node', [[], [], []], 'b', {}, { nodes: { b: { ignore: true } } }, 'b is to be ignored'],
  ] as const)('%s', (_, tags, node, change, config, expected) => {
    expect(allowed(tags as never, node, change, config)).toBe(expected);
  });
  test.each([
    ['storage', { storages: [] }, 'storage ceph is not available on b'],
    ['vendor', { cpu_vendor: 'AuthenticAMD' }, 'b has a CPU of AuthenticAMD, a one of GenuineIntel'],
    ['offline', { status: 'offline' as const }, 'b is offline'],
  ])('target: %s', (_, change, expected) => {
    const two = [aNode('a', { cpu_vendor: 'GenuineIntel' }), aNode('b', change)];
    const ctx = ruleContext(aCluster(two, [aGuest(1, 'a')]), aConfig());
    expect(allowedOn('qemu/1', 'b', { 'qemu/1': 'a' }, ctx)).toBe(expected);
  });
});

describe('violations and unsatisfiable', () => {
  test('names what is broken, and how many moves it takes at the least', () => {
    const guests = [
      aGuest(1, 'a', { tags: ['exclude_x'] }),
      aGuest(2, 'a', { tags: ['exclude_x'] }),
      aGuest(3, 'a', { tags: ['affinity_y'] }),
      aGuest(4, 'b', { tags: ['affinity_y', 'plb_pin_c'] }),
    ];
    const found = violations(
      { 'qemu/1': 'a', 'qemu/2': 'a', 'qemu/3': 'a', 'qemu/4': 'b' },
      ruleContext(aCluster(nodes, guests), aConfig()),
    );
    expect(found.map((v) => [v.kind, v.count])).toEqual([
      ['node', 1],
      ['together', 1],
      ['apart', 1],
    ]);
  });
  test.each([
    [
      'a strict rule and a pin',
      [{ tags: ['plb_pin_a'] }],
      [{ rule: 'r', type: 'node-affinity', guests: ['qemu/1'], nodes: { b: 0 }, strict: true }],
      ['HA rule r and pin plb_pin_a leave no node for qemu/1'],
    ],
    [
      'more to keep apart than nodes',
      [0, 1, 2, 3].map(() => ({ tags: ['exclude_x'] })),
      [],
      ['tag exclude_x: 4 guests to keep apart, 3 nodes that they may use (qemu/1, qemu/2, qemu/3, qemu/4 on a, b, c)'],
    ],
    [
      'together and apart',
      [0, 1].map(() => ({ tags: ['exclude_x', 'affinity_x'] })),
      [],
      ['tag affinity_x binds qemu/1, qemu/2 together and tag exclude_x keeps them apart'],
    ],
    ['nothing', [{ tags: ['plb_pin_a'] }], [], []],
  ] as const)('%s', (_, changes, ha_rules, expected) => {
    const guests = changes.map((c, i) => aGuest(i + 1, 'a', { tags: [...c.tags] }));
    const sample = aCluster(nodes, guests, { ha_rules: ha_rules as never });
    expect(unsatisfiable(ruleContext(sample, aConfig()))).toEqual(expected);
  });
  test('a pin on a node that does not exist is said', () => {
    const ctx = ruleContext(aCluster(nodes, [tagged(['plb_pin_x'])]), aConfig());
    expect(ctx.problems).toEqual(['qemu/1: plb_pin_x names a node that does not exist']);
  });
  test('companions are bound through others, and only those on the same node', () => {
    const tags = [['affinity_x'], ['affinity_x', 'affinity_y'], ['affinity_y'], ['affinity_y']];
    const guests = tags.map((t, i) => aGuest(i + 1, 'a', { tags: t }));
    const at = { 'qemu/1': 'a', 'qemu/2': 'a', 'qemu/3': 'a', 'qemu/4': 'b' };
    const ctx = ruleContext(aCluster(nodes, guests), aConfig());
    expect(companions('qemu/1', at, ctx)).toEqual(['qemu/1', 'qemu/2', 'qemu/3']);
    expect([...concerned(['qemu/1'], ctx)]).toEqual(['qemu/1', 'qemu/2']);
  });
});

describe('tags', () => {
  test('are split, lowered, sorted', () => expect(splitTags(['B;a', ' c,a'])).toEqual(['a', 'b', 'c']));
  test('a pattern means itself, and anything for *', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{1,8}$/), fc.stringMatching(/^[a-z0-9-]{0,8}$/), (a, b) => {
        expect(
          matches(`${a}*`, a + b) && matches(`*${b}`, a + b) && matches('*', a) && matches(`*${a}*`, b + a + b),
        ).toBe(true);
        expect(matches(a, `${a}x`)).toBe(false);
      }),
    );
  });
  test.each([
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*ba', 'aba', false],
    ['a*b*c', 'axbxc', true],
    ['a*b*c', 'axxc', false],
    ['a*b*b', 'ab', false],
    ['a*b*b', 'abb', true],
    ['a*b*b*', 'abc', false],
    ['x*', 'yx', false],
    ['*x', 'xy', false],
    ['DB-*', 'db-1', true],
  ])('%s means %s: %s', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected));
});

import { iso } from '@evenkeel/model';
import { type DroppedRows, type OnDropped, type Proxmox, ProxmoxError } from '@evenkeel/proxmox';
import { describe, expect, it } from 'vitest';
import type { Claimed, Ended, Starting } from './execution.ts';
import { locate, lookAtRest, lookForTask } from './look.ts';
import { lookBefore } from './look-before.ts';
import { approval, configOf, createWorld, t0 } from './testing/index.ts';

const migration = approval(101, 'n1', 'n2');
const starting: Starting = { state: 'starting', migration, t0: iso(t0), known_tasks: [] };
const claimed: Claimed = { state: 'claimed', migration };
const { proxmox } = createWorld({ 101: 'n1' });
const outside = (proxmox: Proxmox) => ({ proxmox, config: configOf(), reach: async () => true });
const fails =
  (kind: ProxmoxError['kind'], message = 'no') =>
  async () => {
    throw new ProxmoxError(kind, message);
  };

describe('what Proxmox does not say', () => {
  it.each(['node_tasks', 'cluster_tasks'] as const)('is missing from the tasks without %s', async (call) => {
    expect(await lookForTask(starting, proxmox)).toEqual({ found: [], complete: true });
    const half = { ...proxmox, [call]: fails('unreachable') };
    expect(await lookForTask(starting, half)).toEqual({ found: [], complete: false });
  });

  it.each([
    ['refused', 'VM is locked (backup)', { seen: 'no', code: 'locked', reason: 'VM is locked (backup)' }],
    ['refused', 'no such cluster node', { seen: 'no', code: 'not_allowed' }],
    ['forbidden', 'Permission check failed (/vms/101, VM.Migrate)', { seen: 'no', code: 'no_right' }],
    ['timeout', 'no answer', { seen: false, reason: 'Proxmox could not be read: no answer' }],
    ['not_implemented', '', { seen: true, look: { preconditions: null } }],
  ] as const)('of the preconditions is understood: %s %s', async (kind, message, expected) => {
    const asked = { ...proxmox, migration_preconditions: fails(kind, message) };
    expect(await lookBefore(claimed, outside(asked))).toMatchObject(expected);
  });

  it('of bridges is not known, and what it says is what each node has', async () => {
    const { proxmox, state } = createWorld({ 101: 'n1' });
    state.bridges.n2 = ['vmbr9'];
    const seen = await lookBefore(claimed, outside(proxmox));
    const bridges = { needed: ['vmbr0'], here: ['vmbr0'], there: ['vmbr9'] };
    expect(seen).toMatchObject({ seen: true, look: { bridges, copied: false } });
    const replications = async () => [{ vmid: 101, target: 'n2' }];
    const asked = { ...proxmox, replications, bridges: fails('forbidden') };
    expect(await lookBefore(claimed, outside(asked))).toMatchObject({ look: { bridges: null, copied: true } });
  });

  it('what is no answer of Proxmox is thrown on', async () => {
    const broken = { ...proxmox, resources: () => Promise.reject(new TypeError('bug')) };
    await expect(lookBefore(claimed, outside(broken))).rejects.toThrow('bug');
  });
});

describe('a guest whose request was never found again', () => {
  const ending: Ended['ending'] = { kind: 'failed', at: iso(t0), reason: '', warnings: [], hold: true };
  const ended: Ended = { state: 'ended', migration, ending };
  const world = () => createWorld({ 101: 'n1' }, { 101: { hung: true } });

  it('rests where no migration of it runs', async () => {
    expect(await lookAtRest(ended, world().proxmox)).toBe(true);
  });

  it.each([
    ['backup', true],
    ['migrate', false],
  ])('that is locked (%s) rests: %s', async (lock, rests) => {
    const { rows, proxmox: locked } = world();
    Object.assign(rows[0]!, { lock });
    expect(await lookAtRest(ended, locked)).toBe(rests);
  });

  it.each(['node_tasks', 'cluster_tasks'] as const)('may be on its way where %s cannot be read', async (call) => {
    expect(await lookAtRest(ended, { ...world().proxmox, [call]: fails('unreachable') })).toBe(false);
  });

  it('is on its way while a migration of it runs', async () => {
    const { proxmox: moving, rows } = world();
    const options = { target: 'n2', online: true, with_local_disks: false, restart: false };
    await moving.migrate({ node: 'n1', type: 'qemu', vmid: 101 }, options);
    rows[0]!.lock = undefined;
    expect(await lookAtRest(ended, moving)).toBe(false);
  });
});

describe('the clocks of its two nodes', () => {
  const told = async (off: Record<string, number>, more: Partial<Proxmox> = {}) => {
    const { proxmox: said, state } = createWorld({ 101: 'n1' });
    Object.assign(state, { off });
    const seen = await lookBefore(claimed, outside({ ...said, ...more }));
    return seen.seen === true ? seen.look.clocks : seen;
  };

  it('are held against this machine, give or take the second that a node leaves out', async () => {
    expect(await told({ n1: 3600, n2: -0.9 })).toEqual([
      { node: 'n1', ahead_ms: 3_600_000 },
      { node: 'n2', ahead_ms: 0 },
    ]);
    expect(await told({ n1: -3600 })).toMatchObject([{ ahead_ms: -3_599_000 }, { ahead_ms: 0 }]);
  });

  it('are left out where they may not be asked', async () => {
    expect(await told({}, { node_time: fails('forbidden') })).toEqual([]);
  });

  it('may be asked for as long as that takes', async () => {
    const times = [t0, t0, t0 + 600_000, t0 + 600_000];
    const clock = () => ({ now: times.shift() ?? t0, scale: 1 });
    expect(await told({}, { clock, node_time: async () => t0 + 300_000 })).toMatchObject([
      { ahead_ms: 0 },
      { ahead_ms: 0 },
    ]);
  });
});

describe('rows that could not be read', () => {
  const drops = (call: keyof Proxmox, rows: DroppedRows): Proxmox => ({
    ...proxmox,
    [call]: async (...args: unknown[]) => {
      (args.findLast((arg) => typeof arg === 'function') as OnDropped | undefined)?.(rows);
      return (proxmox[call] as (...args: unknown[]) => unknown)(...args);
    },
  });

  it.each<[keyof Proxmox, DroppedRows, string]>([
    ['status', { what: 'member', count: 1 }, '1 member'],
    ['maintenance_nodes', { what: 'HA state', count: 1, id: 'n2' }, '1 HA state (n2)'],
    ['resources', { what: 'node', count: 2, id: 'n2' }, '2 nodes (n2)'],
    ['resources', { what: 'guest', count: 1 }, '1 guest'],
    ['resources', { what: 'resource', count: 1 }, '1 resource'],
    ['node_tasks', { what: 'task', count: 3 }, '3 tasks'],
    ['ha_resources', { what: 'HA resource', count: 1 }, '1 HA resource'],
    ['ha_rules', { what: 'HA rule', count: 1 }, '1 HA rule'],
  ])('stop a move where %s misses %o', async (call, rows, said) => {
    expect(await lookBefore(claimed, outside(drops(call, rows)))).toEqual({
      seen: false,
      reason: `rows of the answers of Proxmox could not be read: ${said}`,
    });
  });

  it('of storages stop none', async () => {
    expect(await lookBefore(claimed, outside(drops('resources', { what: 'storage', count: 1 })))).toMatchObject({
      seen: true,
    });
  });

  it.each([
    [101, 'guest', true],
    [102, 'guest', false],
    [102, 'resource', false],
    [102, 'node', true],
  ] as const)('guest %i is placed although a %s is missing: %s', async (vmid, what, placed) => {
    const whom = { ...claimed.migration, vmid };
    expect(await locate(whom, drops('resources', { what, count: 1 }))).toMatchObject({ placed });
  });

  it.each(['node_tasks', 'cluster_tasks'] as const)('of %s may be what is looked for', async (call) => {
    expect(await lookForTask(starting, drops(call, { what: 'task', count: 1 }))).toEqual({
      found: [],
      complete: false,
    });
  });
});

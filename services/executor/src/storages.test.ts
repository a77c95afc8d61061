import type {
  ApprovedMigration,
  DataOf,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
} from '@evenkeel/contracts';
import type { DescriptionInput, FaultInput } from '@evenkeel/simulator';
import { describe, expect, it } from 'vitest';
import { createLab, ends, eventOf, type Lab, planned, rights } from './testing/index.ts';

const mapping = [...rights, 'VM.Config.Disk', 'Datastore.AllocateSpace'];
const disks = [{ storage: 'lvm', size_gib: 8 }, { storage: 'ceph' }];
/** n1 calls its storage lvm, n2 and n3 theirs zfs. */
const unlike: Partial<DescriptionInput> = {
  storages: [
    { name: 'ceph', type: 'rbd', shared: true },
    { name: 'lvm', nodes: ['n1'] },
    { name: 'zfs', nodes: ['n2', 'n3'] },
  ],
  guests: [{ vmid: 101, name: 'vm101', node: 'n1', disks }],
};
const alike: Partial<DescriptionInput> = {
  storages: [{ name: 'lvm' }],
  guests: [{ vmid: 101, name: 'vm101', node: 'n1', disks: [{ storage: 'lvm', size_gib: 8 }] }],
};
const container: Partial<DescriptionInput> = {
  ...alike,
  guests: alike.guests!.map((guest) => ({ ...guest, type: 'lxc' as const })),
};
const mute: FaultInput = {
  kind: 'error',
  path: '/nodes/n2/qemu/101/agent',
  message: 'QEMU guest agent is not running',
};
const mapped = (map: Record<string, string> = { lvm: 'zfs' }) => ({
  migration_plan: { ...planned(101, 'n1', 'n2').migration_plan, storage_map: map },
});
const completed = (lab: Lab, m: ApprovedMigration) =>
  eventOf<DataOf<typeof migrationCompleted>>(lab.memory, 'migration.completed', m)!;
const failed = (lab: Lab, m: ApprovedMigration) =>
  eventOf<DataOf<typeof migrationFailed>>(lab.memory, 'migration.failed', m)!;
const refused = (lab: Lab, m: ApprovedMigration) =>
  eventOf<DataOf<typeof migrationRefused>>(lab.memory, 'migration.refused', m)!;
/** What there is of the guest on a node. */
const volumes = async (lab: Lab, node: string, storage: string) =>
  (await lab.proxmox.volumes(node, storage, 101)).map(({ volume }) => volume);

describe('disks whose storage is called otherwise on the target', () => {
  it('go where the plan says, and nothing of them is left', async () => {
    const lab = createLab(unlike, mapping);
    const m = await lab.approve(101, 'n1', 'n2', mapped());
    await lab.pass(240);
    expect(ends(lab.memory, m)).toEqual(['migration.completed']);
    expect(await volumes(lab, 'n2', 'zfs')).toEqual(['zfs:vm-101-disk-0']);
    expect(completed(lab, m)).toMatchObject({ leftovers: [], warnings: [] });
    expect(completed(lab, m).steps?.at(-1)).toMatchObject({ action: 'cleanup', result: 'done' });
  });

  it('come back to where they were', async () => {
    const lab = createLab(unlike, mapping);
    lab.simulator.faults.add(mute);
    const m = await lab.approve(101, 'n1', 'n2', mapped());
    await lab.pass(500);
    expect(completed(lab, m).rollback).toMatchObject({ wanted: true });
    expect(ends(lab.memory, { ...m, migration_id: `${m.migration_id}-back` })).toEqual(['migration.completed']);
    expect(lab.nodeOf(101)).toBe('n1');
    expect(await volumes(lab, 'n1', 'lvm')).toEqual(['lvm:vm-101-disk-0']);
  });

  it.each([
    [rights, /lacks VM\.Config\.Disk on \/vms\/101/],
    [[...rights, 'VM.Config.Disk'], /lacks Datastore\.AllocateSpace on \/storage\/zfs/],
  ])('stay where the token may not, with path and right (%#)', async (privileges, words) => {
    const lab = createLab(unlike, privileges);
    const m = await lab.approve(101, 'n1', 'n2', mapped());
    await lab.pass(30);
    expect(refused(lab, m)).toMatchObject({ code: 'no_right', reason: expect.stringMatching(words) });
    expect(lab.nodeOf(101)).toBe('n1');
  });

  it('stay where the plan does not say', async () => {
    const lab = createLab(unlike, mapping);
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(30);
    expect(refused(lab, m)).toMatchObject({ code: 'not_allowed', reason: expect.stringMatching(/storage lvm/) });
  });
});

describe('the way back of disks that landed among others', () => {
  const local = [
    { name: 'lvm', nodes: ['n1'] },
    { name: 'zfs', nodes: ['n1', 'n2', 'n3'] },
  ];
  const shared = [
    { name: 'lvm', nodes: ['n1'] },
    { name: 'ceph', type: 'rbd' as const, shared: true },
  ];
  it.each([
    ['where the guest had others', local, { lvm: 'zfs' }, ['lvm', 'zfs']],
    ['that every node has', shared, { lvm: 'ceph' }, ['lvm']],
  ])('is not taken: on a storage %s', async (_, storages, map, held) => {
    const guest = { vmid: 101, name: 'vm101', node: 'n1', disks: held.map((storage) => ({ storage, size_gib: 8 })) };
    const lab = createLab({ storages, guests: [guest] }, mapping);
    lab.simulator.faults.add(mute);
    const m = await lab.approve(101, 'n1', 'n2', mapped(map));
    await lab.pass(500);
    expect(completed(lab, m).rollback).toEqual({
      wanted: false,
      reason: expect.stringMatching(
        /; stays: its disks cannot be told apart from others on the storages that took them$/,
      ),
    });
    expect(lab.nodeOf(101)).toBe('n2');
  });
});

describe('what a move leaves behind', () => {
  it.each<[string, FaultInput, boolean]>([
    ['fails and is not cleaned up', { kind: 'fail', leaves_disks: true }, true],
    ['fails and is cleaned up', { kind: 'fail' }, false],
  ])('is found where it %s', async (_, fault, left) => {
    const lab = createLab(alike, mapping);
    lab.simulator.faults.add(fault);
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(240);
    const { leftovers, reason } = failed(lab, m);
    expect(leftovers).toEqual(left ? [{ node: 'n2', volume: 'lvm:vm-101-disk-0', bytes: 8 * 2 ** 30 }] : []);
    if (left) expect(reason).toMatch(/; left over on n2, used by nobody: lvm:vm-101-disk-0 \(8 GiB\)$/);
    else expect(reason).not.toMatch(/left over/);
    expect(lab.writes.filter((call) => !call.startsWith('POST /api2/json/nodes/n1/qemu/101/migrate'))).toEqual([]);
  });

  it.each([
    ['VM', alike],
    ['container', container],
  ])('is found on the source where the %s arrived and its disks stayed', async (_, there) => {
    const lab = createLab(there, mapping);
    lab.simulator.faults.add({ kind: 'fail_after' });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(240);
    expect(completed(lab, m).leftovers).toMatchObject([{ node: 'n1', volume: 'lvm:vm-101-disk-0' }]);
    expect(completed(lab, m).warnings.at(-1)).toMatch(/^left over on n1/);
    expect(completed(lab, m).steps?.at(-1)).toMatchObject({ action: 'cleanup', result: 'failed' });
  });

  it.each<[string, number, string, boolean]>([
    ['is found once it can be looked for', 60, 'failed', true],
    ['is said not to be known where that takes longer than the step has', 200, 'timed_out', false],
  ])('%s', async (_, for_s, result, found) => {
    const lab = createLab(alike, mapping);
    lab.simulator.faults.add({ kind: 'fail_after' });
    const m = await lab.approve(101, 'n1', 'n2');
    for (
      let s = 0;
      s < 200 && !eventOf(lab.memory, 'migration.progressed', { ...m, migration_id: `${m.migration_id}/1` });
      s += 2
    )
      await lab.pass(2);
    lab.simulator.faults.add({ kind: 'cut', path: '/nodes/n1/storage', for_s });
    await lab.pass(for_s + 120);
    const { leftovers = [], warnings, steps } = completed(lab, m);
    expect(leftovers).toHaveLength(found ? 1 : 0);
    expect(warnings.at(-1)).toMatch(
      found ? /^left over on n1/ : /^whether disks of it are left over on n1 is not known/,
    );
    const { started_at, ended_at, ...step } = steps!.at(-1)!;
    expect(step).toMatchObject({ action: 'cleanup', result });
    const took = (Date.parse(ended_at!) - Date.parse(started_at!)) / 1000;
    expect(took).toBeGreaterThanOrEqual(found ? 2 : 60);
    expect(took).toBeLessThan(found ? 60 : 66);
  });

  it('is not what Proxmox keeps there as a replica', async () => {
    const lab = createLab({ ...alike, replications: [{ vmid: 101, target: 'n2' }] }, mapping);
    lab.simulator.faults.add({ kind: 'fail', at: 'start' });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(240);
    expect(failed(lab, m).leftovers).toEqual([]);
  });

  it.each([
    ['VM', alike],
    ['container', container],
  ])('is said not to be known where the token does not see disks of the %s', async (_, there) => {
    const blind = createLab(there, rights);
    blind.simulator.faults.add({ kind: 'fail', leaves_disks: true });
    const m = await blind.approve(101, 'n1', 'n2');
    await blind.pass(240);
    expect(failed(blind, m).leftovers).toBe(undefined);
    expect(failed(blind, m).reason).toMatch(
      /left over on n2 is not known: the token lacks VM\.Config\.Disk on \/vms\/101/,
    );
  });

  it('is said not to be known where the target is gone', async () => {
    const lost = createLab(alike, mapping);
    lost.simulator.faults.add({ kind: 'node_down', node: 'n2', after_s: 12 });
    const n = await lost.approve(101, 'n1', 'n2');
    await lost.pass(240);
    expect(failed(lost, n).reason).toMatch(/left over on n2 is not known: n2 is not online/);
  });
});

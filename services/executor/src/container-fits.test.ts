import type { DataOf, migrationRefused } from '@evenkeel/contracts';
import type { DescriptionInput } from '@evenkeel/simulator';
import { describe, expect, it } from 'vitest';
import { containerFits } from './container-fits.ts';
import { containerNeeds } from './container-needs.ts';
import { disksLand } from './disks-land.ts';
import { approval, configOf, createLab, ends, eventOf } from './testing/index.ts';

const GiB = 2 ** 30;
const ceph = { name: 'ceph', type: 'rbd' as const, shared: true };
const ct = (more: object) => ({ vmid: 101, name: 'vm101', node: 'n1', type: 'lxc' as const, ...more });
const fills = { vmid: 201, name: 'fills', node: 'n2', disks: [{ storage: 'lvm', size_gib: 80 }] };

describe('a container', () => {
  it.each<[string, Partial<DescriptionInput>, string, RegExp]>([
    [
      'whose disks the target has no room for',
      { storages: [{ name: 'lvm', size_gib: 60 }], guests: [ct({ disks: [{ storage: 'lvm', size_gib: 40 }] }), fills] },
      'target_full',
      /^n2 has 1\d\.\d GiB of 60 GiB free on storage lvm for 40 GiB of disks, 10 % must stay free$/,
    ],
    [
      'whose storage the target does not have',
      { storages: [{ name: 'lvm', nodes: ['n1'] }], guests: [ct({ disks: [{ storage: 'lvm', size_gib: 4 }] })] },
      'not_allowed',
      /^storage lvm of lxc\/101 is not available on n2$/,
    ],
    [
      'that was given a device of its node',
      { storages: [ceph], guests: [ct({ config: { dev0: '/dev/dri/renderD128' } })] },
      'not_allowed',
      /^lxc\/101 is bound to its node by dev0$/,
    ],
    [
      'that was given a path of its node',
      { storages: [ceph], guests: [ct({ config: { mp0: '/srv/data,mp=/data' } })] },
      'not_allowed',
      /^lxc\/101 is bound to its node by mp0$/,
    ],
  ])('%s is refused before anything is sent', async (_, description, code, words) => {
    const lab = createLab(description);
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(60);
    expect(ends(lab.memory, m)).toEqual(['migration.refused']);
    const told = eventOf<DataOf<typeof migrationRefused>>(lab.memory, 'migration.refused', m);
    expect(told).toMatchObject({ code, reason: expect.stringMatching(words) });
    expect(lab.writes).toEqual([]);
  });

  it('with disks that fit goes', async () => {
    const lab = createLab({ storages: [{ name: 'lvm' }], guests: [ct({ disks: [{ storage: 'lvm', size_gib: 4 }] })] });
    const m = await lab.approve(101, 'n1', 'n2');
    await lab.pass(240);
    expect(ends(lab.memory, m)).toEqual(['migration.completed']);
  });
});

describe('of what its configuration says', () => {
  const guest_config = {
    rootfs: 'lvm:vm-101-disk-0,size=40G',
    mp0: 'ceph:vm-101-disk-1,mp=/a,size=900G',
    mp1: '/srv/everywhere,mp=/b,shared=1',
    memory: '512',
  };
  const row = { storage: 'lvm', node: 'n2', shared: false, active: true, content: ['rootdir'], maxdisk: 100 * GiB };
  const far = { ...row, storage: 'ceph', shared: true, disk: 99 * GiB };
  const migration = approval(101, 'n1', 'n2', { type: 'lxc', guest: 'lxc/101' });
  const look = (storages: object[], copied = false) =>
    ({ guest_config, storages, copied, services: new Map(), preconditions: null }) as never;

  it('what lies on shared storage needs no room, and copies none', () => {
    const full = look([{ ...row, disk: 60 * GiB }, far]);
    expect(disksLand(migration, full, configOf())).toMatchObject({ code: 'target_full' });
    expect(disksLand(migration, look([{ ...row, disk: 60 * GiB }, far], true), configOf())).toBe(null);
    expect(disksLand(migration, look([{ ...row, disk: 40 * GiB }, far]), configOf())).toBe(null);
  });

  it.each([
    ['is there but not active', [{ ...row, active: false }, far], 'storage lvm of lxc/101 is not available on n2'],
    ['is on its own node only', [row, { ...far, node: 'n1' }], 'storage ceph of lxc/101 is not available on n2'],
  ])('a storage that %s takes nothing', (_, storages, reason) => {
    expect(containerFits(migration, look(storages))).toEqual({ code: 'not_allowed', reason });
    expect(containerFits(migration, look([row, far]))).toBe(null);
  });

  it('a VM is left to Proxmox', () => {
    expect(containerNeeds('qemu', look([row]))).toBe(null);
  });
});

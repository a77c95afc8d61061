import type { DiskPlan } from './plan.ts';
import { say } from './task.ts';
import type { GuestState, Migration, World } from './world.ts';

/** The disks of a guest as they lie on the target of its migration. */
export const disksThere = (world: World, { plan }: GuestState, { options }: Migration): DiskPlan[] =>
  plan.disks.map((disk) => {
    const storage = disk.shared ? undefined : options.storage_map[disk.storage];
    if (storage === undefined) return disk;
    const shared = world.plan.storages.find(({ name }) => name === storage)?.shared ?? false;
    return { ...disk, storage, shared, volid: disk.volid.replace(/^[^:]+/, storage) };
  });

/** Copies of local disks stay on the target of a migration that failed. */
export const leaveCopies = (world: World, migration: Migration, guest: GuestState): void => {
  const { vmid, target: node } = migration;
  for (const disk of disksThere(world, guest, migration))
    if (!disk.shared) world.leftovers.push({ ...disk, vmid, node });
};

/** Local disks stay on the source of a migration whose guest has moved. */
export const leaveOriginals = (world: World, migration: Migration, disks: readonly DiskPlan[]): void => {
  const { vmid, source: node, task } = migration;
  for (const disk of disks.filter(({ shared }) => !shared)) {
    say(world, task, `ERROR: removing local copy of '${disk.volid}' failed - dataset is busy`);
    world.leftovers.push({ ...disk, vmid, node });
  }
};

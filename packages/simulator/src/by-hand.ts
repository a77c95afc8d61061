import { enrol, removeGuest } from './change-guests.ts';
import { type Of, strike } from './faults.ts';
import { requestMove } from './ha.ts';
import { remadePlan } from './plan.ts';
import { startMigration } from './start-migration.ts';
import { type GuestState, isOnline, isQuorate, lockOf, nodeOf, segmentAt, settle, type World } from './world.ts';

type ByHand = Of<'by_hand'>;

const move = (world: World, guest: GuestState, target: string): void => {
  if (!world.nodes.has(target) || target === nodeOf(guest)) return;
  if (guest.ha) requestMove(world, guest, target);
  else
    startMigration(world, {
      guest,
      target,
      online: true,
      with_local_disks: true,
      by_ha: false,
      user: 'root@pam',
      bandwidth: Number.POSITIVE_INFINITY,
    });
};

const turn = (world: World, guest: GuestState, running: boolean): void => {
  const last = segmentAt(guest, world.now);
  if (last.running === running) return;
  settle(world, guest, { from: world.now, node: last.node, running, started: running ? world.now : last.started });
  if (guest.ha)
    guest.ha = { ...guest.ha, state: running ? 'started' : 'stopped', request: undefined, target: undefined };
};

/** It is destroyed, and another is made under its vmid. */
const replace = (world: World, guest: GuestState, { name, level }: { name: string; level: number }): void => {
  const node = nodeOf(guest);
  if (removeGuest(world, guest.plan.vmid))
    enrol(world, { ...remadePlan(guest.plan, name, world), node, load: () => level });
};

const act = (world: World, { vmid, does, target, lock, name, level }: ByHand): void => {
  const guest = world.guests.get(vmid);
  if (!guest || !isQuorate(world) || !isOnline(world, nodeOf(guest))) return;
  if (does === 'unlock') guest.lock = undefined;
  if (lockOf(world, guest) !== undefined) return;
  if (does === 'lock') guest.lock = lock;
  if (does === 'move' && target !== undefined) move(world, guest, target);
  if (does === 'stop' || does === 'start') turn(world, guest, does === 'start');
  if (does === 'rename' && name !== undefined) guest.plan = { ...guest.plan, name };
  if (does === 'delete') removeGuest(world, vmid);
  if (does === 'replace') replace(world, guest, { name: name ?? `${guest.plan.name}-2`, level });
};

/** Counters that begin anew now. */
export const recount = (world: World): void => {
  const isReset = ({ how }: Of<'figures'>) => how === 'reset';
  for (let next = strike(world, 'figures', isReset); next; next = strike(world, 'figures', isReset))
    for (const guest of world.guests.values())
      if ((next.vmid ?? guest.plan.vmid) === guest.plan.vmid && (next.node ?? nodeOf(guest)) === nodeOf(guest))
        guest.recounted = world.now;
};

/** What people do to guests now; each act once, and not where the guest is locked or its node is out of reach. */
export const actByHand = (world: World): void => {
  for (let next = strike(world, 'by_hand'); next; next = strike(world, 'by_hand')) act(world, next);
};

import { removeGuest } from './change-guests.ts';
import { type Of, strike } from './faults.ts';
import { requestMove } from './ha.ts';
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

const act = (world: World, { vmid, does, target, lock }: ByHand): void => {
  const guest = world.guests.get(vmid);
  if (!guest || !isQuorate(world) || !isOnline(world, nodeOf(guest))) return;
  if (does === 'unlock') guest.lock = undefined;
  if (lockOf(world, guest) !== undefined) return;
  if (does === 'lock') guest.lock = lock;
  if (does === 'move' && target !== undefined) move(world, guest, target);
  if (does === 'stop' || does === 'start') turn(world, guest, does === 'start');
  if (does === 'delete') removeGuest(world, vmid);
};

/** What people do to guests now; each act once, and not where the guest is locked or its node is out of reach. */
export const actByHand = (world: World): void => {
  for (let next = strike(world, 'by_hand'); next; next = strike(world, 'by_hand')) act(world, next);
};

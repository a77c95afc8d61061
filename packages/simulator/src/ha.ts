import { findFault, means, strike } from './faults.ts';
import { best, isAllowed, nodeAffinitiesOf } from './node-affinity.ts';
import { startMigration } from './start-migration.ts';
import {
  type GuestState,
  inMaintenance,
  isOnline,
  isQuorate,
  lockOf,
  type NodeState,
  nodeOf,
  type World,
} from './world.ts';

export type Blocking = { sid: string; cause: 'node-affinity' | 'resource-affinity' };

const byService = (world: World, sid: string): GuestState | undefined =>
  world.services.find((guest) => guest.plan.sid === sid);

/** Services that must go with this one, and those that keep it from a node. */
export const affinityOf = (
  world: World,
  guest: GuestState,
  target: string,
): { with: string[]; blocking: Blocking[] } => {
  const { sid } = guest.plan;
  const together = new Set<string>();
  const blocking: Blocking[] = [];
  if (!isAllowed(nodeAffinitiesOf(world, guest), target)) blocking.push({ sid, cause: 'node-affinity' });
  for (const rule of world.plan.rules) {
    if (rule.disable || rule.type === 'node-affinity' || !rule.resources.includes(sid)) continue;
    const others = rule.resources.filter((other) => other !== sid);
    if (rule.affinity === 'positive') for (const other of others) together.add(other);
    else
      for (const other of others) {
        const there = byService(world, other);
        if (there && (nodeOf(there) === target || there.ha?.target === target))
          blocking.push({ sid: other, cause: 'resource-affinity' });
      }
  }
  return { with: [...together].filter((other) => byService(world, other)).sort(), blocking };
};

/** Asks the manager to move a service, with what belongs to it; it acts in a later round. */
export const requestMove = (world: World, guest: GuestState, target: string): string[] => {
  const ignored = findFault(world, 'ha_ignores', (f) =>
    means(f, { vmid: guest.plan.vmid, node: nodeOf(guest), target }),
  );
  if (ignored || !guest.ha) return [];
  const delayed = strike(world, 'ha_delays', (f) => means(f, { vmid: guest.plan.vmid, node: nodeOf(guest), target }));
  const from = world.now + 1000 * (delayed?.delay_s ?? 0);
  const { with: others } = affinityOf(world, guest, target);
  guest.ha = { ...guest.ha, request: { target, from } };
  for (const sid of others) {
    const other = byService(world, sid);
    if (other?.ha && nodeOf(other) !== target) other.ha = { ...other.ha, request: { target, from } };
  }
  return others;
};

const isReady = (world: World, node: string): boolean =>
  isOnline(world, node) && !inMaintenance(world, (world.nodes.get(node) as NodeState).plan);

/**
 * Where the manager puts a service by itself: off a node that is in maintenance or forbidden and, with failback, to those that it
 * prefers; of these to the one with the fewest services. Undefined where it leaves it be.
 */
const pullOf = (world: World, guest: GuestState): string | undefined => {
  const here = nodeOf(guest);
  if (guest.ha?.state !== 'started' || !isOnline(world, here)) return undefined;
  const affinities = nodeAffinitiesOf(world, guest);
  const failsBack = affinities.some(({ failback }) => failback);
  if (isReady(world, here) && !failsBack && isAllowed(affinities, here)) return undefined;
  const ready = [...world.nodes.keys()].filter(
    (node) => isReady(world, node) && (node === here || affinityOf(world, guest, node).blocking.length === 0),
  );
  const liked = best(affinities, ready);
  const services = (node: string): number => world.services.filter((other) => nodeOf(other) === node).length;
  return liked.includes(here) ? undefined : liked.sort((a, b) => services(a) - services(b) || (a < b ? -1 : 1))[0];
};

/** The manager: requests become moves where the target can take them, and are dropped without a word where not. */
const manage = (world: World, guest: GuestState): void => {
  if (!guest.ha) return;
  if (guest.ha.state === 'starting') guest.ha = { ...guest.ha, state: 'started' };
  const pull = guest.ha.request ? undefined : pullOf(world, guest);
  const request = guest.ha.request ?? (pull === undefined ? undefined : { target: pull, from: world.now });
  if (!request) return;
  const fits =
    request.target !== nodeOf(guest) &&
    isReady(world, request.target) &&
    affinityOf(world, guest, request.target).blocking.length === 0;
  guest.ha = { ...guest.ha, request: undefined, ...(fits ? { state: 'migrate', ...request } : {}) };
};

/** A node's own part: starts the moves that the manager decided, as many at once as it has workers. */
const carryOut = (world: World, guest: GuestState): void => {
  if (guest.ha?.state !== 'migrate' || !guest.ha.target || lockOf(world, guest)) return;
  if ((guest.ha.from ?? 0) > world.now) return;
  const source = nodeOf(guest);
  const running = world.migrations.filter((m) => m.source === source && m.options.by_ha).length;
  if (running >= world.plan.description.ha.max_workers || !isOnline(world, source)) return;
  startMigration(world, {
    guest,
    target: guest.ha.target,
    online: true,
    with_local_disks: true,
    by_ha: true,
    user: 'root@pam',
    bandwidth: Number.POSITIVE_INFINITY,
  });
};

const ROUND = 5000;

/** When HA acts next, if it has anything to do. */
export const nextHaRound = (world: World): number => {
  for (const guest of world.services)
    if (
      guest.ha &&
      (guest.ha.request || guest.ha.state === 'migrate' || guest.ha.state === 'starting' || pullOf(world, guest))
    )
      return (Math.floor(world.now / ROUND) + 1) * ROUND;
  return Number.POSITIVE_INFINITY;
};

/** Manager and nodes take turns, each every ten seconds. */
export const haRound = (world: World): void => {
  if (!isQuorate(world)) return;
  const turn = Math.round(world.now / ROUND) % 2 === 0 ? manage : carryOut;
  for (const guest of world.services) turn(world, guest);
};

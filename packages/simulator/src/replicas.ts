import { nodeOf, type World } from './world.ts';

/** Replication as it stands now: where a guest has gone to its copies, they are kept on the node that it came from. */
export const replicas = (world: World): { vmid: number; target: string }[] =>
  world.plan.description.replications.map(({ vmid, target }) => {
    const guest = world.guests.get(vmid);
    return { vmid, target: guest && nodeOf(guest) === target ? guest.plan.node : target };
  });

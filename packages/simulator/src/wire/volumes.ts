import type { DiskPlan } from '../plan.ts';
import { replicas } from '../replicas.ts';
import { nodeOf } from '../world.ts';
import { demand, may } from './access.ts';
import { died } from './answer.ts';
import { nodeAt } from './nodes.ts';
import type { Context, Route } from './route.ts';
import { storagesOf } from './rows.ts';

type Owned = DiskPlan & { vmid: number };

/** Volumes on a storage of a node, used or left over; Proxmox lists only those of guests whose disks the caller may change. */
const volumes = (context: Context): unknown => {
  const { world, caller, at, given } = context;
  const node = nodeAt(context).plan.name;
  const name = at.storage as string;
  if (!may(caller, `/storage/${name}`, 'Datastore.AllocateSpace'))
    demand(caller, `/storage/${name}`, 'Datastore.Audit');
  const storage = storagesOf(world, node).find((known) => known.name === name);
  if (!storage) throw died(`storage '${name}' is not available on node '${node}'`);
  const used = [...world.guests.values()]
    .filter((guest) => storage.shared || nodeOf(guest) === node)
    .flatMap(({ plan }) => plan.disks.map((disk): Owned => ({ ...disk, vmid: plan.vmid })));
  const left = world.leftovers.filter((disk) => storage.shared || disk.node === node);
  const copies = replicas(world)
    .filter(({ target }) => target === node)
    .flatMap(({ vmid }) => world.guests.get(vmid)?.plan.disks.map((disk): Owned => ({ ...disk, vmid })) ?? []);
  return [...used, ...left, ...copies]
    .filter((disk) => disk.storage === name && (given.vmid === undefined || given.vmid === disk.vmid))
    .filter(
      ({ vmid }) =>
        may(caller, `/storage/${name}`, 'Datastore.Allocate') || may(caller, `/vms/${vmid}`, 'VM.Config.Disk'),
    )
    .map(({ volid, bytes, vmid, key }) => ({
      volid,
      vmid,
      size: bytes,
      format: storage.type === 'dir' ? 'qcow2' : 'raw',
      content: /^(rootfs|mp)/.test(key) ? 'rootdir' : 'images',
      ctime: Math.floor(world.plan.start / 1000),
    }));
};

export const volumeRoutes: Route[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/content',
    parameters: {
      vmid: { type: 'integer', optional: true, minimum: 100, maximum: 999_999_999 },
      content: { type: 'string', optional: true },
    },
    answer: volumes,
  },
];

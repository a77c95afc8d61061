import { affinityOf } from '../ha.ts';
import { localResources, mappedDevices, missingStorages } from '../obstacle.ts';
import { type GuestState, isQuorate, lockOf, segmentAt, type World } from '../world.ts';
import { demand } from './access.ts';
import { died } from './answer.ts';
import { guestAt } from './guests.ts';
import type { Context } from './route.ts';

export const checkQuorum = (world: World): void => {
  if (!isQuorate(world)) throw died('cluster not ready - no quorum?');
};

export const checkLock = (world: World, guest: GuestState): void => {
  const kind = guest.plan.type === 'qemu' ? 'VM' : 'CT';
  const lock = lockOf(world, guest);
  if (lock) throw died(`${kind} is locked (${lock})`);
};

const others = ({ world, at }: Context): string[] =>
  world.plan.nodes.map((node) => node.name).filter((name) => name !== at.node);

const localDisks = (guest: GuestState) =>
  guest.plan.disks
    .filter((disk) => !disk.shared)
    .map((disk) => ({
      volid: disk.volid,
      drivename: disk.key,
      size: disk.bytes,
      cdrom: 0,
      shared: 0,
      replicate: 1,
      is_attached: 1,
      is_unused: 0,
      is_cloudinit: 0,
      is_vmstate: 0,
      is_tpmstate: 0,
      ...(guest.plan.config.parent === undefined
        ? {}
        : { referenced_in_snapshot: { [String(guest.plan.config.parent)]: 1 } }),
    }));

/** An image in a drive lies on a storage of its node as a disk does. */
const localImages = ({ plan }: GuestState) =>
  Object.entries(plan.config)
    .filter(([, value]) => /^local:iso\//.test(String(value)))
    .map(([drivename, value]) => ({
      volid: String(value).split(',')[0],
      drivename,
      cdrom: 1,
      shared: 0,
      is_attached: 1,
      is_unused: 0,
      is_cloudinit: 0,
      is_vmstate: 0,
      is_tpmstate: 0,
    }));

/** Why a guest may not go to a node, as far as Proxmox looks: storages and HA; neither whether it is up nor whether it has room. */
const reasonsAgainst = (world: World, guest: GuestState, node: string): Record<string, unknown> => {
  const missing = guest.plan.type === 'qemu' ? missingStorages(world, guest.plan, node) : [];
  const lacking = mappedDevices(world, guest.plan)
    .filter(({ nodes }) => !nodes.includes(node))
    .map(({ name }) => name);
  const blocking = world.plan.major === 9 && guest.ha ? affinityOf(world, guest, node).blocking : [];
  return {
    ...(missing.length > 0 ? { unavailable_storages: missing } : {}),
    ...(lacking.length > 0 ? { 'unavailable-resources': lacking } : {}),
    ...(blocking.length > 0 ? { 'blocking-ha-resources': blocking } : {}),
  };
};

export const qemuPreconditions = (context: Context): unknown => {
  const { world } = context;
  demand(context.caller, `/vms/${context.at.vmid}`, 'VM.Migrate');
  checkQuorum(world);
  const guest = guestAt(context, 'qemu');
  checkLock(world, guest);
  const against = Object.fromEntries(others(context).map((node) => [node, reasonsAgainst(world, guest, node)]));
  const mapped = mappedDevices(world, guest.plan);
  const dependent = world.plan.major === 9 && guest.ha ? affinityOf(world, guest, '').with : undefined;
  return {
    running: segmentAt(guest, world.now).running ? 1 : 0,
    allowed_nodes: others(context).filter((node) => Object.keys(against[node] ?? {}).length === 0),
    not_allowed_nodes: against,
    local_disks: [...localDisks(guest), ...localImages(guest)],
    local_resources: localResources(guest.plan),
    'mapped-resources': mapped.map(({ key }) => key),
    'mapped-resource-info': Object.fromEntries(
      mapped.map(({ key, name, live }) => [key, { name, ...(live ? { 'live-migration': 1 } : {}) }]),
    ),
    ...(world.plan.major === 9 ? { 'has-dbus-vmstate': 1 } : {}),
    ...(dependent ? { 'dependent-ha-resources': dependent } : {}),
  };
};

export const lxcPreconditions = (context: Context): unknown => {
  const { world } = context;
  demand(context.caller, `/vms/${context.at.vmid}`, 'VM.Migrate');
  checkQuorum(world);
  const guest = guestAt(context, 'lxc');
  const against = Object.fromEntries(others(context).map((node) => [node, reasonsAgainst(world, guest, node)]));
  return {
    running: segmentAt(guest, world.now).running ? 1 : 0,
    'allowed-nodes': others(context).filter((node) => Object.keys(against[node] ?? {}).length === 0),
    'not-allowed-nodes': Object.fromEntries(
      Object.entries(against).filter(([, reasons]) => Object.keys(reasons).length > 0),
    ),
    ...(guest.ha ? { 'dependent-ha-resources': affinityOf(world, guest, '').with } : {}),
  };
};

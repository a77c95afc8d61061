import { means, strike } from '../faults.ts';
import { affinityOf, requestMove } from '../ha.ts';
import { localResources, missingStorages, startMigration } from '../migration.ts';
import { beginTask, endTask } from '../task.ts';
import { type GuestState, isQuorate, lockOf, segmentAt, type World } from '../world.ts';
import { demand, may } from './access.ts';
import { badParameters, died, Refusal } from './answer.ts';
import { guestAt } from './guests.ts';
import type { Parameters } from './parameters.ts';
import type { Context, Route } from './route.ts';

const checkQuorum = (world: World): void => {
  if (!isQuorate(world)) throw died('cluster not ready - no quorum?');
};

const checkLock = (world: World, guest: GuestState): void => {
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
    }));

/** Why a guest may not go to a node, as far as Proxmox looks: storages and HA; neither whether it is up nor whether it has room. */
const reasonsAgainst = (world: World, guest: GuestState, node: string): Record<string, unknown> => {
  const missing = guest.plan.type === 'qemu' ? missingStorages(world, guest.plan, node) : [];
  const blocking = world.plan.major === 9 && guest.ha ? affinityOf(world, guest, node).blocking : [];
  return {
    ...(missing.length > 0 ? { unavailable_storages: missing } : {}),
    ...(blocking.length > 0 ? { 'blocking-ha-resources': blocking } : {}),
  };
};

const qemuPreconditions = (context: Context): unknown => {
  const { world } = context;
  demand(context.caller, `/vms/${context.at.vmid}`, 'VM.Migrate');
  checkQuorum(world);
  const guest = guestAt(context, 'qemu');
  checkLock(world, guest);
  const against = Object.fromEntries(others(context).map((node) => [node, reasonsAgainst(world, guest, node)]));
  const dependent = world.plan.major === 9 && guest.ha ? affinityOf(world, guest, '').with : undefined;
  return {
    running: segmentAt(guest, world.now).running ? 1 : 0,
    allowed_nodes: others(context).filter((node) => Object.keys(against[node] ?? {}).length === 0),
    not_allowed_nodes: against,
    local_disks: localDisks(guest),
    local_resources: localResources(guest.plan),
    'mapped-resources': [],
    'mapped-resource-info': {},
    ...(world.plan.major === 9 ? { 'has-dbus-vmstate': 1 } : {}),
    ...(dependent ? { 'dependent-ha-resources': dependent } : {}),
  };
};

const lxcPreconditions = (context: Context): unknown => {
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

const ROOT_ONLY = ['force', 'migration_type', 'migration_network'];

const checkRoot = ({ caller, given }: Context): void => {
  if (caller.user === 'root@pam') return;
  const wrong = ROOT_ONLY.filter((name) => given[name] !== undefined);
  if (wrong.length > 0)
    throw badParameters(Object.fromEntries(wrong.map((name) => [name, 'Only root may use this option.'])));
};

const checkStart = (context: Context, type: 'qemu' | 'lxc'): GuestState => {
  const { world, given, at } = context;
  const target = given.target as string;
  if (target === at.node) throw badParameters({ target: 'target is local node.' });
  checkQuorum(world);
  if (!world.nodes.has(target)) throw died(`no such cluster node '${target}'`);
  checkRoot(context);
  const guest = guestAt(context, type);
  checkLock(world, guest);
  const running = segmentAt(guest, world.now).running;
  if (type === 'lxc' && given.online) throw died('lxc live migration is currently not implemented');
  if (type === 'qemu' && running && !given.online) throw died("can't migrate running VM without --online");
  if (type === 'lxc' && running && !given.restart) throw died('lxc live migration is currently not implemented');
  checkTargetStorage(context, target);
  return guest;
};

const checkTargetStorage = ({ world, caller, given, at }: Context, target: string): void => {
  const name = (given.targetstorage ?? given['target-storage']) as string | undefined;
  if (name === undefined || name === '1') return;
  demand(caller, `/vms/${at.vmid}`, 'VM.Config.Disk');
  for (const pair of name.split(',')) {
    const to = pair.split(':').at(-1) as string;
    if (!may(caller, `/storage/${to}`, 'Datastore.AllocateSpace'))
      demand(caller, `/storage/${to}`, 'Datastore.AllocateSpace');
    const storage = world.plan.storages.find((s) => s.name === to);
    if (!storage || (storage.nodes && !storage.nodes.includes(target)))
      throw died(`storage '${to}' is not available on node '${target}'`);
  }
};

/** An HA service is only asked for: a short task, and the manager moves it in a later round. */
const queue = ({ world, caller }: Context, guest: GuestState, target: string): string => {
  const { plan } = guest;
  const task = beginTask(world, {
    node: world.plan.nodes.find((n) => n.name === target) ? (guest.segments.at(-1)?.node as string) : target,
    type: 'hamigrate',
    id: String(plan.vmid),
    user: caller.user,
  });
  task.log.push(`Requesting HA migration for ${plan.type === 'qemu' ? 'VM' : 'CT'} ${plan.vmid} to node ${target}`);
  requestMove(world, guest, target);
  endTask(world, task, 'OK');
  return task.upid;
};

const start =
  (type: 'qemu' | 'lxc') =>
  (context: Context): unknown => {
    const { world, caller, given, at } = context;
    demand(caller, `/vms/${at.vmid}`, 'VM.Migrate');
    const guest = checkStart(context, type);
    const target = given.target as string;
    const whom = { vmid: guest.plan.vmid, node: at.node as string, target };
    const fault = strike(world, 'refuse', (f) => means(f, whom));
    if (fault) throw new Refusal(fault.status, fault.message);
    if (guest.ha) return queue(context, guest, target);
    const limit = given.bwlimit as number | undefined;
    const migration = startMigration(world, {
      guest,
      target,
      online: given.online === true,
      with_local_disks: given['with-local-disks'] === true,
      by_ha: false,
      user: caller.user,
      bandwidth: limit ? limit * 1024 : Number.POSITIVE_INFINITY,
    });
    return migration.task.upid;
  };

const QEMU: Parameters = {
  target: { type: 'string' },
  online: { type: 'boolean', optional: true },
  'with-local-disks': { type: 'boolean', optional: true },
  targetstorage: { type: 'string', optional: true },
  bwlimit: { type: 'integer', optional: true, minimum: 0 },
  force: { type: 'boolean', optional: true },
  migration_type: { type: 'string', optional: true, enum: ['secure', 'insecure'] },
  migration_network: { type: 'string', optional: true },
};

export const migrateRoutes: Route[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}/migrate',
    parameters: { target: { type: 'string', optional: true } },
    answer: qemuPreconditions,
  },
  {
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/migrate',
    since: 9,
    parameters: { ...QEMU, 'with-conntrack-state': { type: 'boolean', optional: true } },
    answer: start('qemu'),
  },
  { method: 'POST', path: '/nodes/{node}/qemu/{vmid}/migrate', until: 8, parameters: QEMU, answer: start('qemu') },
  {
    method: 'GET',
    path: '/nodes/{node}/lxc/{vmid}/migrate',
    since: 9,
    parameters: { target: { type: 'string', optional: true } },
    answer: lxcPreconditions,
  },
  {
    method: 'POST',
    path: '/nodes/{node}/lxc/{vmid}/migrate',
    parameters: {
      target: { type: 'string' },
      online: { type: 'boolean', optional: true },
      restart: { type: 'boolean', optional: true },
      timeout: { type: 'integer', optional: true },
      'target-storage': { type: 'string', optional: true },
      bwlimit: { type: 'integer', optional: true, minimum: 0 },
    },
    answer: start('lxc'),
  },
];

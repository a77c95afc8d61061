import { means, strike } from '../faults.ts';
import { requestMove } from '../ha.ts';
import { replicas } from '../replicas.ts';
import { startMigration } from '../start-migration.ts';
import { beginTask, endTask } from '../task.ts';
import { type GuestState, nodeOf, segmentAt } from '../world.ts';
import { demand, may } from './access.ts';
import { badParameters, died, Refusal } from './answer.ts';
import { guestAt } from './guests.ts';
import type { Parameters } from './parameters.ts';
import { checkLock, checkQuorum, lxcPreconditions, qemuPreconditions } from './preconditions.ts';
import type { Context, Route } from './route.ts';

const ROOT_ONLY = ['force', 'migration_type', 'migration_network'];

const checkRoot = ({ caller, given }: Context): void => {
  if (caller.user === 'root@pam') return;
  const wrong = ROOT_ONLY.filter((name) => given[name] !== undefined);
  if (wrong.length > 0)
    throw badParameters(Object.fromEntries(wrong.map((name) => [name, 'Only root may use this option.'])));
};

const checkReplicas = ({ world }: Context, { plan }: GuestState, target: string): void => {
  const own = replicas(world).filter(({ vmid }) => vmid === plan.vmid);
  if (own.length > 0 && !own.some((job) => job.target === target))
    throw died(
      `Cannot live-migrate replicated VM to node '${target}' - not a replication target. Use 'force' to override.`,
    );
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
  if (type === 'qemu' && running && !given.force) checkReplicas(context, guest, target);
  checkTargetStorage(context, target);
  return guest;
};

/** `a:b,c:d` as Proxmox reads it; a storage alone takes all disks that no pair names. */
const readMap = (text: string | undefined, disks: readonly { storage: string }[]): Record<string, string> => {
  if (text === undefined || text === '1') return {};
  const pairs = text.split(',').map((pair) => pair.split(':'));
  const fallback = pairs.find((pair) => pair.length === 1)?.[0];
  const named = Object.fromEntries(pairs.filter((pair) => pair.length === 2));
  const rest = fallback === undefined ? [] : disks.map(({ storage }): [string, string] => [storage, fallback]);
  return { ...Object.fromEntries(rest), ...named };
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
    if (!storage.content.some((kind) => kind === 'images' || kind === 'rootdir'))
      throw died(`content type 'images' is not available on storage '${to}'`);
  }
};

/** An HA service is only asked for: a short task, and the manager moves it in a later round. */
const queue = ({ world, caller }: Context, guest: GuestState, target: string): string => {
  const { plan } = guest;
  const task = beginTask(world, {
    node: nodeOf(guest),
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
    if (fault) throw new Refusal(fault.status, fault.message, { bare: fault.status > 590 });
    if (guest.ha) return queue(context, guest, target);
    const limit = given.bwlimit as number | undefined;
    const migration = startMigration(world, {
      guest,
      target,
      online: given.online === true,
      with_local_disks: given['with-local-disks'] === true,
      conntrack: given['with-conntrack-state'] === true,
      storage_map: readMap(given.targetstorage as string | undefined, guest.plan.disks),
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

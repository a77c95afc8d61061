import { evaluateNode, residentMemory } from './evaluate.ts';
import { findFault, means, strike } from './faults.ts';
import { beginCourse, type Course } from './physics.ts';
import type { GuestPlan } from './plan.ts';
import { replicas } from './replicas.ts';
import { sayBeginning } from './say-migration.ts';
import { beginTask } from './task.ts';
import { MIB } from './units.ts';
import { type GuestState, type Migration, nodeOf, segmentAt, type World } from './world.ts';

export type MoveRequest = {
  guest: GuestState;
  target: string;
  online: boolean;
  with_local_disks: boolean;
  conntrack?: boolean;
  storage_map?: Record<string, string>;
  by_ha: boolean;
  user: string;
  /** Bytes a second; infinite where there is no limit. */
  bandwidth: number;
};

/** Bytes dirtied a second: as described, or growing with the CPU that it gets. */
const dirtyRate = (world: World, guest: GuestState, at: number): number => {
  const { plan } = guest;
  if (plan.dirty_mib_s !== undefined) return plan.dirty_mib_s * MIB;
  const node = world.nodes.get(nodeOf(guest));
  const cores = node ? (evaluateNode(world, node, at).guests.get(plan.vmid)?.served ?? 0) : 0;
  return (2 + (6 + 14 * ((plan.key % 97) / 97)) * cores) * MIB;
};

const localBytes = (plan: GuestPlan): number =>
  plan.disks.reduce((sum, disk) => sum + (disk.shared ? 0 : disk.bytes), 0);

/** What changed since the last copy is so little that it is left out. */
const hasCopies = (world: World, vmid: number, target: string): boolean =>
  replicas(world).some((job) => job.vmid === vmid && job.target === target);

const courseOf = (world: World, { guest, target }: MoveRequest): Course => {
  const { plan } = guest;
  const set = world.plan.migration;
  const running = segmentAt(guest, world.now).running;
  const common = {
    start_s: set.start_s,
    finish_s: set.finish_s,
    resume_s: set.resume_ms / 1000,
    disks: hasCopies(world, plan.vmid, target) ? 0 : localBytes(plan),
  };
  if (!running)
    return beginCourse({ ...common, kind: 'offline', start_s: 1, finish_s: 1, memory: 0, dirty: 0, working_set: 0 });
  if (plan.type === 'lxc')
    return beginCourse({
      ...common,
      kind: 'restart',
      start_s: 0,
      finish_s: 1,
      stop_s: set.container_stop_s,
      boot_s: set.container_start_s,
      memory: 0,
      dirty: 0,
      working_set: 0,
    });
  const memory = residentMemory(plan, world.now);
  const endless = findFault(world, 'never_converge', (f) => means(f, { vmid: plan.vmid, node: nodeOf(guest), target }));
  return beginCourse({
    ...common,
    kind: 'live',
    memory,
    dirty: endless ? 1e15 : dirtyRate(world, guest, world.now),
    working_set: endless ? memory : memory * plan.working_set,
    downtime_limit: set.downtime_ms / 1000,
  });
};

/** A migration begins: its task runs, the guest is locked. The checks that Proxmox makes before are the caller's. */
export const startMigration = (world: World, request: MoveRequest): Migration => {
  const { guest, target, user, by_ha } = request;
  const source = nodeOf(guest);
  const { vmid } = guest.plan;
  const task = beginTask(world, {
    node: source,
    type: guest.plan.type === 'qemu' ? 'qmigrate' : 'vzmigrate',
    id: String(vmid),
    user,
  });
  if (by_ha) task.log.push('task started by HA resource agent');
  const whom = { vmid, node: source, target };
  const failing =
    strike(world, 'fail', (f) => means(f, whom)) ??
    strike(world, 'killed', (f) => means(f, whom)) ??
    strike(world, 'fail_after', (f) => means(f, whom)) ??
    strike(world, 'warns', (f) => means(f, whom));
  const migration: Migration = {
    vmid,
    source,
    target,
    task,
    course: courseOf(world, request),
    options: {
      with_local_disks: request.with_local_disks,
      conntrack: request.conntrack ?? false,
      online: request.online,
      by_ha,
      bandwidth: request.bandwidth,
      storage_map: request.storage_map ?? {},
    },
    started: world.now,
    received: world.now,
    busy: [],
    failing,
    transfer_started: world.now,
    flipped: false,
  };
  guest.lock = 'migrate';
  world.migrations.push(migration);
  sayBeginning(world, migration, guest);
  return migration;
};

import { evaluateNode, residentMemory } from './evaluate.ts';
import { findFault, means, strike } from './faults.ts';
import { beginCourse, type Course, type Note } from './physics.ts';
import type { GuestPlan } from './plan.ts';
import { clockTime, size } from './size.ts';
import { beginTask, endTask, logTime, say } from './task.ts';
import { MIB } from './units.ts';
import { type GuestState, isOnline, type Migration, nodeOf, segmentAt, settle, type World } from './world.ts';

export type MoveRequest = {
  guest: GuestState;
  target: string;
  online: boolean;
  with_local_disks: boolean;
  by_ha: boolean;
  user: string;
  /** Bytes a second; infinite where there is no limit. */
  bandwidth: number;
};

/** Bytes dirtied a second: as described, or growing with the CPU that it gets. */
export const dirtyRate = (world: World, guest: GuestState, at: number): number => {
  const { plan } = guest;
  if (plan.dirty_mib_s !== undefined) return plan.dirty_mib_s * MIB;
  const node = world.nodes.get(nodeOf(guest));
  const cores = node ? (evaluateNode(world, node, at).guests.get(plan.vmid)?.served ?? 0) : 0;
  return (2 + (6 + 14 * ((plan.key % 97) / 97)) * cores) * MIB;
};

const localBytes = (plan: GuestPlan): number =>
  plan.disks.reduce((sum, disk) => sum + (disk.shared ? 0 : disk.bytes), 0);

const courseOf = (world: World, { guest, target }: MoveRequest): Course => {
  const { plan } = guest;
  const set = world.plan.migration;
  const running = segmentAt(guest, world.now).running;
  const common = {
    start_s: set.start_s,
    finish_s: set.finish_s,
    resume_s: set.resume_ms / 1000,
    disks: localBytes(plan),
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
    strike(world, 'fail_after', (f) => means(f, whom));
  const migration: Migration = {
    vmid,
    source,
    target,
    task,
    course: courseOf(world, request),
    options: {
      with_local_disks: request.with_local_disks,
      online: request.online,
      by_ha,
      bandwidth: request.bandwidth,
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

const sayBeginning = (world: World, { task, course, vmid, target }: Migration, { plan }: GuestState): void => {
  const ip = world.nodes.get(target)?.plan.ip ?? '';
  if (course.kind === 'restart') say(world, task, `shutdown CT ${vmid}`);
  if (course.kind === 'live' && world.plan.major === 9)
    task.log.push('conntrack state migration not supported or disabled, active connections might get dropped');
  if (world.plan.migration.network)
    say(world, task, `use dedicated network address for sending migration traffic (${ip})`);
  say(world, task, `starting migration of ${plan.type === 'qemu' ? 'VM' : 'CT'} ${vmid} to node '${target}' (${ip})`);
  for (const disk of plan.disks)
    if (plan.type === 'lxc' && disk.shared)
      say(world, task, `volume '${disk.volid}' is on shared storage '${disk.storage}'`);
    else if (!disk.shared)
      say(world, task, `found local disk '${disk.volid}'${plan.type === 'qemu' ? ' (attached)' : ''}`);
};

/** Devices that bind a guest to its node, by configuration key. */
export const localResources = (plan: GuestPlan): string[] =>
  Object.entries(plan.config)
    .filter(
      ([key, value]) => /^(hostpci|usb|serial|parallel)\d+$/.test(key) && !/spice|socket|mapping=/.test(String(value)),
    )
    .map(([key]) => key)
    .sort();

/** Storages of a guest that a node does not have. */
export const missingStorages = (world: World, plan: GuestPlan, node: string): string[] =>
  [...new Set(plan.disks.map((disk) => disk.storage))].filter((name) => {
    const nodes = world.plan.storages.find((storage) => storage.name === name)?.nodes;
    return nodes !== undefined && !nodes.includes(node);
  });

/** Why the task gives up before it sends anything, in Proxmox's words; the lines before are log lines. */
const obstacle = (
  world: World,
  migration: Migration,
  { plan }: GuestState,
): { lines: string[]; reason: string } | undefined => {
  const { target, options, course } = migration;
  if (!isOnline(world, target)) return { lines: [], reason: `Can't connect to destination address using public key` };
  const devices = localResources(plan);
  if (course.kind === 'live' && devices.length > 0)
    return { lines: [], reason: `can't migrate VM which uses local devices: ${devices.join(', ')}` };
  const missing = missingStorages(world, plan, target);
  if (missing[0]) return { lines: [], reason: `storage '${missing[0]}' is not available on node '${target}'` };
  const disk = plan.disks.find((d) => !d.shared);
  if (course.kind === 'live' && disk && !options.with_local_disks)
    return {
      lines: [
        `can't migrate local disk '${disk.volid}': can't live migrate attached local disks without with-local-disks option`,
      ],
      reason: `Problem found while scanning volumes - can't migrate VM - check log`,
    };
  const bind =
    plan.type === 'lxc'
      ? Object.entries(plan.config).find(([key, v]) => /^mp\d+$/.test(key) && /^\//.test(String(v)))
      : undefined;
  if (bind) return { lines: [], reason: `cannot migrate local bind mount point '${bind[0]}'` };
  return undefined;
};

const loadNodes = (world: World, migration: Migration, guest: GuestState): void => {
  const { cpu_cores, guest_slowdown } = world.plan.migration;
  const { vmid, course } = migration;
  const base = { from: world.now, to: Number.POSITIVE_INFINITY, cores: cpu_cores, vmid };
  const source = { ...base, memory: 0, slowdown: course.kind === 'live' ? guest_slowdown : 0 };
  const target = { ...base, memory: course.kind === 'live' ? residentMemory(guest.plan, world.now) : 0, slowdown: 0 };
  migration.busy = [source, target];
  world.nodes.get(migration.source)?.busy.push(source);
  world.nodes.get(migration.target)?.busy.push(target);
};

const unloadNodes = (world: World, migration: Migration): void => {
  for (const busy of migration.busy) busy.to = Math.min(busy.to, world.now);
  for (const name of [migration.source, migration.target]) {
    const node = world.nodes.get(name);
    if (node && node.busy.length > 500)
      node.busy = node.busy
        .filter((b) => b.to > world.now)
        .concat(node.busy.slice(-200).filter((b) => b.to <= world.now));
  }
};

/** The end of a migration, good or bad: lock, load and record are settled. `exit` is the task's. */
export const endMigration = (world: World, migration: Migration, exit: string, keepLock = false): void => {
  const { course, task } = migration;
  const guest = world.guests.get(migration.vmid) as GuestState;
  world.migrations = world.migrations.filter((other) => other !== migration);
  unloadNodes(world, migration);
  if (!keepLock) guest.lock = undefined;
  const segment = segmentAt(guest, world.now);
  if (course.kind === 'restart' && !segment.running && guest.plan.status === 'running')
    settle(world, guest, { from: world.now, node: segment.node, running: true, started: world.now });
  if (guest.ha)
    guest.ha = { ...guest.ha, target: undefined, state: guest.ha.state === 'migrate' ? 'starting' : guest.ha.state };
  endTask(world, task, exit);
  world.moves.push({
    vmid: migration.vmid,
    id: guest.plan.id,
    source: migration.source,
    target: migration.target,
    kind: course.kind,
    started: migration.started,
    ended: world.now,
    ok: exit === 'OK',
    exit,
    downtime_ms: course.downtime * 1000,
    bytes: course.sent + course.disks,
    rounds: course.round,
    upid: task.upid,
  });
};

const took = (world: World, migration: Migration): string =>
  `(duration ${clockTime((world.now - migration.started) / 1000)})`;

/** Gives up: before the transfer nothing has happened; during it the far side is cleaned up and the guest runs on where it was. */
export const abortMigration = (world: World, migration: Migration, reason: string): void => {
  const { task, course } = migration;
  if (course.phase === 'start' || course.kind !== 'live') {
    say(world, task, `ERROR: migration aborted ${took(world, migration)}: ${reason}`);
    if (course.kind === 'restart') say(world, task, 'start container on source node');
    endMigration(world, migration, 'migration aborted');
    return;
  }
  say(world, task, `ERROR: online migrate failure - ${reason}`);
  for (const line of ['aborting phase 2 - cleanup resources', 'migrate_cancel']) say(world, task, line);
  say(world, task, `ERROR: migration finished with problems ${took(world, migration)}`);
  endMigration(world, migration, 'migration problems');
};

const flip = (world: World, migration: Migration, guest: GuestState): void => {
  const running = migration.course.kind !== 'offline';
  const started = migration.course.kind === 'live' ? migration.received : world.now;
  settle(world, guest, { from: world.now, node: migration.target, running, started });
  migration.flipped = true;
  const target = migration.busy[1];
  if (target) target.memory = 0;
};

const sayTransfer = (world: World, { task, vmid, target, received }: Migration, guest: GuestState): void => {
  const cache = 2 ** Math.round(Math.log2(Math.max(1, guest.plan.memory / MIB / 10)));
  const secure = world.plan.migration.type === 'secure';
  const via = secure ? `unix:/run/qemu-server/${vmid}.migrate` : `tcp:${world.nodes.get(target)?.plan.ip}:60000`;
  task.log.push(`${logTime(received)} starting VM ${vmid} on remote node '${target}'`);
  for (const line of [
    'start remote tunnel',
    'ssh tunnel ver 1',
    `starting online/live migration on ${via}`,
    'set migration capabilities',
    `migration downtime limit: ${world.plan.migration.downtime_ms} ms`,
    `migration cachesize: ${cache.toFixed(1)} MiB`,
    'set migration parameters',
    `start migrate command to ${via}`,
  ])
    say(world, task, line);
};

const saySpeed = (world: World, { task, course, transfer_started }: Migration, guest: GuestState): void => {
  const seconds = Math.floor((world.now - transfer_started) / 1000);
  if (seconds >= 1)
    say(
      world,
      task,
      `average migration speed: ${size(guest.plan.memory / seconds)}/s - downtime ${Math.round(course.downtime * 1000)} ms`,
    );
  say(world, task, `migration completed, transferred ${size(course.sent)} VM-state`);
  say(world, task, 'migration status: completed');
};

const failText = {
  start: 'got no answer from the target',
  transfer: 'migration status error: failed',
  switch_over: 'migration status error: failed - Unable to write to socket: Broken pipe',
};

/** Whether the scripted failure strikes now; true when the migration is over. */
const strikes = (world: World, migration: Migration): boolean => {
  const { failing, course } = migration;
  const progress =
    course.kind === 'live' ? (course.phase === 'memory' ? course.sent / Math.max(1, course.memory) : 0) : 1;
  const moving =
    course.kind === 'live' ? course.phase === 'memory' || course.phase === 'switch' : course.phase !== 'start';
  if (failing?.kind === 'killed' && moving && (progress >= failing.progress || course.phase === 'switch')) {
    endMigration(world, migration, 'unexpected status', true);
    return true;
  }
  if (failing?.kind !== 'fail') return false;
  const now =
    (failing.at === 'start' && course.phase !== 'start') ||
    (failing.at === 'transfer' && moving && (progress >= failing.progress || course.phase === 'switch')) ||
    (failing.at === 'switch_over' && (course.phase === 'switch' || course.phase === 'boot'));
  if (!now) return false;
  if (failing.at === 'start') migration.course = { ...course, phase: 'start' };
  abortMigration(world, migration, failing.message ?? failText[failing.at]);
  return true;
};

const finishWell = (world: World, migration: Migration): void => {
  const { task, failing, course } = migration;
  if (failing?.kind === 'fail_after') {
    say(world, task, `ERROR: VM ${migration.vmid} - unable to clear the migrate lock`);
    say(world, task, `ERROR: migration finished with problems ${took(world, migration)}`);
    endMigration(world, migration, 'migration problems');
    return;
  }
  if (course.kind === 'restart')
    for (const line of ['start final cleanup', 'start container on target node']) say(world, task, line);
  say(world, task, `migration finished successfully ${took(world, migration)}`);
  endMigration(world, migration, 'OK');
};

const onEntered = (world: World, migration: Migration, guest: GuestState): void => {
  const { course, task } = migration;
  const first = migration.busy.length === 0;
  if (first && course.phase !== 'over') {
    loadNodes(world, migration, guest);
    migration.received = Math.max(migration.started, world.now - 3000);
  }
  if (course.phase === 'stop')
    settle(world, guest, { from: world.now, node: migration.source, running: false, started: world.now });
  if (course.phase === 'memory') {
    migration.transfer_started = world.now;
    sayTransfer(world, migration, guest);
  }
  if (course.phase === 'disks' && course.kind === 'live')
    for (const disk of guest.plan.disks)
      if (!disk.shared) say(world, task, `${disk.key}: start migration to ${disk.storage}`);
  if (course.phase === 'finish') {
    if (course.kind === 'live') saySpeed(world, migration, guest);
    flip(world, migration, guest);
  }
};

const sayPolled = (world: World, { task, course }: Migration, guest: GuestState, rate: number): void => {
  const busy =
    course.round > 1 ? `, VM dirties lots of memory: ${size(Math.min(course.dirty, course.working_set))}/s` : '';
  say(
    world,
    task,
    `migration active, transferred ${size(course.sent)} of ${size(guest.plan.memory)} VM-state, ${size(rate)}/s${busy}`,
  );
};

/** What the notes of a step mean for the cluster. */
export const heed = (world: World, migration: Migration, notes: Note[], rate: number): void => {
  const guest = world.guests.get(migration.vmid) as GuestState;
  for (const note of notes) {
    if (note.kind === 'polled') sayPolled(world, migration, guest, rate);
    if (note.kind === 'downtime_doubled')
      say(
        world,
        migration.task,
        `auto-increased downtime to continue migration: ${Math.round(note.seconds * 1000)} ms`,
      );
    if (note.kind !== 'entered') continue;
    if (migration.busy.length === 0) {
      const found = obstacle(world, migration, guest);
      if (found) {
        for (const line of found.lines) say(world, migration.task, line);
        migration.course = { ...migration.course, phase: 'start' };
        abortMigration(world, migration, found.reason);
        return;
      }
    }
    if (!(migration.failing?.kind === 'fail' && migration.failing.at === 'start') && note.phase !== 'over')
      onEntered(world, migration, guest);
    if (note.phase === 'over') {
      finishWell(world, migration);
      return;
    }
  }
  strikes(world, migration);
};

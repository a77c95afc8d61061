import { abortMigration, endMigration, finishWell } from './end-migration.ts';
import { residentMemory } from './evaluate.ts';
import { disksThere, leaveCopies, leaveOriginals } from './leave-disks.ts';
import { obstacle } from './obstacle.ts';
import type { Note } from './physics.ts';
import { sayPolled, saySpeed, sayTransfer } from './say-migration.ts';
import { say } from './task.ts';
import { type GuestState, type Migration, settle, type World } from './world.ts';

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

const flip = (world: World, migration: Migration, guest: GuestState): void => {
  const running = migration.course.kind !== 'offline';
  const disks = guest.plan.disks;
  guest.plan = { ...guest.plan, disks: disksThere(world, guest, migration) };
  if (migration.failing?.kind === 'fail_after') leaveOriginals(world, migration, disks);
  const started = migration.course.kind === 'live' ? migration.received : world.now;
  settle(world, guest, { from: world.now, node: migration.target, running, started });
  migration.flipped = true;
  const target = migration.busy[1];
  if (target) target.memory = 0;
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
    leaveCopies(world, migration, world.guests.get(migration.vmid) as GuestState);
    endMigration(world, migration, 'unexpected status', true);
    return true;
  }
  if (failing?.kind !== 'fail') return false;
  const now =
    (failing.at === 'start' && course.phase !== 'start') ||
    (failing.at === 'transfer' && moving && (progress >= failing.progress || course.phase === 'switch')) ||
    (failing.at === 'switch_over' && (course.phase === 'switch' || course.phase === 'boot'));
  if (!now) return false;
  if (failing.leaves_disks && failing.at !== 'start')
    leaveCopies(world, migration, world.guests.get(migration.vmid) as GuestState);
  if (failing.at === 'start') migration.course = { ...course, phase: 'start' };
  abortMigration(world, migration, failing.message ?? failText[failing.at]);
  return true;
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
  if (course.phase === 'disks' && course.kind === 'live')
    for (const [index, there] of disksThere(world, guest, migration).entries()) {
      const here = guest.plan.disks[index]?.volid;
      if (here !== there.volid) say(world, task, `volume '${here}' is '${there.volid}' on the target`);
    }
  if (course.phase === 'finish') {
    if (course.kind === 'live') saySpeed(world, migration, guest);
    flip(world, migration, guest);
  }
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
    if (migration.course.kind === 'offline' && strikes(world, migration)) return;
    if (!(migration.failing?.kind === 'fail' && migration.failing.at === 'start') && note.phase !== 'over')
      onEntered(world, migration, guest);
    if (note.phase === 'over') {
      finishWell(world, migration);
      return;
    }
  }
  strikes(world, migration);
};

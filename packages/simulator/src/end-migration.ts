import { took } from './say-migration.ts';
import { endTask, say } from './task.ts';
import { type GuestState, type Migration, segmentAt, settle, type World } from './world.ts';

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
    ok: exit === 'OK' || exit.startsWith('WARNINGS'),
    exit,
    downtime_ms: course.downtime * 1000,
    bytes: course.sent + course.disks,
    rounds: course.round,
    upid: task.upid,
  });
};

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

export const finishWell = (world: World, migration: Migration): void => {
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
  if (failing?.kind === 'warns')
    task.log.push('WARN: conntrack state migration failed, active connections might get dropped');
  endMigration(world, migration, failing?.kind === 'warns' ? 'WARNINGS: 1' : 'OK');
};

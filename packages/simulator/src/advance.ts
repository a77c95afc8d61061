import { actByHand, recount } from './by-hand.ts';
import { abortMigration, endMigration } from './end-migration.ts';
import { applyStanding, nextFaultChange } from './faults.ts';
import { haRound, nextHaRound } from './ha.ts';
import { heed } from './heed.ts';
import { leaveCopies } from './leave-disks.ts';
import { shareLinks, stepCourse, untilNext, usesLink } from './physics.ts';
import { MIB } from './units.ts';
import { type GuestState, type Migration, settle, type World } from './world.ts';

const ratesOf = (world: World): Map<Migration, number> => {
  const sending = world.migrations.filter((m) => usesLink(m.course));
  const cap =
    world.plan.migration.stream_mib_s > 0 ? world.plan.migration.stream_mib_s * MIB : Number.POSITIVE_INFINITY;
  const streams = sending.map((m) => ({
    source: m.source,
    target: m.target,
    limit: Math.min(cap, m.options.bandwidth),
  }));
  const rates = shareLinks(streams, (node) => world.nodes.get(node)?.plan.link ?? 0);
  return new Map(sending.map((m, index) => [m, rates[index] as number]));
};

/** Below this, ms, an epoch in a double does not move. */
const SHORTEST = 0.01;

const fall = (world: World, name: string): void => {
  for (const migration of world.migrations)
    if (migration.source === name) endMigration(world, migration, 'unexpected status', true);
    else if (migration.target === name && !migration.flipped) {
      if (migration.course.phase !== 'start')
        leaveCopies(world, migration, world.guests.get(migration.vmid) as GuestState);
      abortMigration(world, migration, 'remote node is gone');
    }
  for (const guest of world.guests.values()) {
    const last = guest.segments.at(-1);
    if (last?.node === name && last.running) settle(world, guest, { ...last, from: world.now, running: false });
  }
};

const rise = (world: World, name: string): void => {
  for (const guest of world.guests.values()) {
    const last = guest.segments.at(-1);
    if (last?.node === name && !last.running && guest.plan.status !== 'stopped')
      settle(world, guest, { from: world.now, node: name, running: true, started: world.now });
  }
};

/** Nodes whose faults began or ended: what ran on them stops or starts. */
export const applyFaults = (world: World): void => {
  if (world.faults.length === 0 && !world.shaken) return;
  world.shaken = world.faults.length > 0;
  const { fallen, risen } = applyStanding(world);
  for (const name of fallen) fall(world, name);
  for (const name of risen) rise(world, name);
  actByHand(world);
  recount(world);
};

/** Turns the clock to `to` (epoch ms), from one event to the next; a time that is past changes nothing. */
export const advanceWorld = (world: World, to: number): void => {
  while (world.now < to) {
    const rates = ratesOf(world);
    const round = nextHaRound(world);
    let next = Math.min(to, round, nextFaultChange(world));
    for (const m of world.migrations) next = Math.min(next, world.now + 1000 * untilNext(m.course, rates.get(m) ?? 0));
    next = Math.min(to, Math.max(next, world.now + SHORTEST));
    const seconds = (next - world.now) / 1000;
    world.now = next;
    for (const migration of [...world.migrations]) {
      if (!world.migrations.includes(migration)) continue;
      const rate = rates.get(migration) ?? 0;
      const { course, notes } = stepCourse(migration.course, seconds, rate);
      migration.course = course;
      heed(world, migration, notes, rate);
    }
    applyFaults(world);
    if (next >= round) haRound(world);
  }
};

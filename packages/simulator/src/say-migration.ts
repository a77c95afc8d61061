import { clockTime, size } from './size.ts';
import { logTime, say } from './task.ts';
import { MIB } from './units.ts';
import type { GuestState, Migration, World } from './world.ts';

export const sayBeginning = (
  world: World,
  { task, course, vmid, target, options }: Migration,
  { plan }: GuestState,
): void => {
  const ip = world.nodes.get(target)?.plan.ip ?? '';
  if (course.kind === 'restart') say(world, task, `shutdown CT ${vmid}`);
  if (course.kind === 'live' && world.plan.major === 9 && !options.conntrack)
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

export const took = (world: World, migration: Migration): string =>
  `(duration ${clockTime((world.now - migration.started) / 1000)})`;

export const sayTransfer = (world: World, { task, vmid, target, received }: Migration, guest: GuestState): void => {
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

export const saySpeed = (world: World, { task, course, transfer_started }: Migration, guest: GuestState): void => {
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

export const sayPolled = (world: World, { task, course }: Migration, guest: GuestState, rate: number): void => {
  const busy =
    course.round > 1 ? `, VM dirties lots of memory: ${size(Math.min(course.dirty, course.working_set))}/s` : '';
  say(
    world,
    task,
    `migration active, transferred ${size(course.sent)} of ${size(guest.plan.memory)} VM-state, ${size(rate)}/s${busy}`,
  );
};

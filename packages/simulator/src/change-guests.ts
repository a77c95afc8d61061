import type { z } from 'zod';
import { guestSchema } from './guest-description.ts';
import type { TraceTable } from './load.ts';
import { type GuestPlan, planGuest } from './plan.ts';
import { DescriptionError, guestProblems, problemsOf } from './problems.ts';
import { beginGuest, nodeOf, relist, type World } from './world.ts';

export type GuestInput = z.input<typeof guestSchema>;

/** A guest that is made while the cluster runs: its row is unknown until its node has spoken. Throws a DescriptionError where it does not fit. */
export const addGuest = (world: World, traces: Record<string, TraceTable>, input: GuestInput): void => {
  const parsed = guestSchema.safeParse(input);
  if (!parsed.success) throw new DescriptionError(problemsOf(parsed.error));
  const known = {
    nodes: new Set(world.nodes.keys()),
    storages: new Set(world.plan.storages.map((storage) => storage.name)),
    traces,
  };
  const problems = guestProblems(parsed.data, known);
  if (world.guests.has(parsed.data.vmid)) problems.push(`vmid ${parsed.data.vmid} is taken`);
  if (problems.length > 0) throw new DescriptionError(problems);
  const description = { ...world.plan.description, seed: world.plan.description.seed + Math.floor(world.now / 1000) };
  const plan = {
    ...planGuest(parsed.data, { description, traces }),
    created: Math.floor(world.now / 1000),
    booted: world.now,
  };
  enrol(world, plan);
};

/** A guest that is there from now on. */
export const enrol = (world: World, plan: GuestPlan): void => {
  const guest = beginGuest(plan, world.now);
  world.guests = new Map([...world.guests, [plan.vmid, guest] as const].sort(([a], [b]) => a - b));
  if (guest.ha) world.services.push(guest);
  const node = world.nodes.get(plan.node);
  if (node) relist(node, world.now, (vmids) => [...vmids, plan.vmid]);
};

/** A guest is destroyed; its vmid may be given again. False where there is none or it is on its way. */
export const removeGuest = (world: World, vmid: number): boolean => {
  const guest = world.guests.get(vmid);
  if (!guest || world.migrations.some((migration) => migration.vmid === vmid)) return false;
  const node = world.nodes.get(nodeOf(guest));
  if (node) relist(node, world.now, (vmids) => vmids.filter((other) => other !== vmid));
  world.guests.delete(vmid);
  world.services = world.services.filter((service) => service !== guest);
  return true;
};

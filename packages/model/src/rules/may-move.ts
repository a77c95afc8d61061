import type { GuestSample, MandatoryReason } from '@evenkeel/contracts';
import { inMaintenance, type RuleContext } from './rule-context.ts';
import { matches } from './tags.ts';

type Check = (guest: GuestSample, tags: readonly string[], ctx: RuleContext) => string | null;

const ownTag: Check = (_, tags) =>
  tags.includes('evenkeel') ? 'it is tagged evenkeel: it carries the balancer itself' : null;

const template: Check = (guest) => (guest.template ? 'it is a template' : null);

const status: Check = (guest) => (guest.status === 'running' ? null : `it is ${guest.status}, not running`);

const lock: Check = (guest) => (guest.lock ? `it is locked (${guest.lock})` : null);

const unread: Check = (guest) => (guest.constraints ? null : 'its configuration has not been read yet');

const devices: Check = ({ constraints }) =>
  constraints && constraints.local_devices.length > 0
    ? `${constraints.local_devices.join(', ')} binds it to its node`
    : null;

const bindMounts: Check = ({ constraints }) =>
  constraints && constraints.bind_mounts.length > 0
    ? `mount point ${constraints.bind_mounts.join(', ')} exists on its node only`
    : null;

const container: Check = (guest, tags, { config }) =>
  guest.type === 'lxc' && !config.automated_migrations.rules.allow_container_restarts && !tags.includes('restart-ok')
    ? 'containers restart when they move, and allow_container_restarts is off'
    : null;

const ownedByCrs: Check = (guest, _, { crs }) =>
  guest.ha?.auto_rebalance && crs.auto_rebalance && crs.mode === 'dynamic'
    ? "Proxmox's own automatic rebalancing owns it"
    : null;

const drainedByHa: Check = (guest, _, ctx) => {
  const node = ctx.nodes.get(guest.node);
  const named = ctx.config.automated_migrations.maintenance_nodes.includes(guest.node);
  return guest.ha && node?.maintenance && !named ? `the HA manager moves it off ${guest.node} itself` : null;
};

const ignoreTag: Check = (_, tags, { config }) => {
  if (!config.automated_migrations.rules.respect_ignore_tags) return null;
  const tag = tags.find((t) => t === 'ignore' || t === 'no-auto-migrate' || t.startsWith('plb_ignore'));
  return tag ? `it is tagged ${tag}` : null;
};

const ignoreName: Check = (guest, _, { config }) => {
  const hit = config.automated_migrations.rules.ignore_guests.find(
    (p) => matches(p, guest.name) || matches(p, String(guest.vmid)),
  );
  return hit ? `ignore_guests names it (${hit})` : null;
};

const ignorePool: Check = (guest, _, { config }) =>
  guest.pool !== undefined && config.automated_migrations.rules.ignore_pools.includes(guest.pool)
    ? `ignore_pools names its pool ${guest.pool}`
    : null;

const ignoreNode: Check = (guest, _, { config }) =>
  config.nodes[guest.node]?.ignore ? `its node ${guest.node} is to be ignored` : null;

const whitelist: Check = (_, tags, { config }) =>
  config.automated_migrations.rules.require_auto_migrate_ok_tag && !tags.includes('auto-migrate-ok')
    ? 'it is not tagged auto-migrate-ok, and only such guests move'
    : null;

const sourceOnline: Check = (guest, _, ctx) =>
  ctx.nodes.get(guest.node)?.status === 'online' ? null : `its node ${guest.node} is not online`;

const always = [
  ownTag,
  template,
  status,
  lock,
  sourceOnline,
  unread,
  devices,
  bindMounts,
  container,
  ownedByCrs,
  drainedByHa,
];
const wishes = [ignoreTag, ignoreName, ignorePool, ignoreNode, whitelist];

/**
 * Why a guest must stay, or null. Where its node is emptied (`maintenance`, `drain`) the wish to be left alone does not hold,
 * since the node goes away under it; a broken rule does not waive it.
 */
export function mayMove(guest: string, ctx: RuleContext, mandatory?: MandatoryReason): string | null {
  const sample = ctx.guests.get(guest);
  if (!sample) return 'it is not known';
  const tags = ctx.tags.get(guest) ?? [];
  const waived = mandatory === 'maintenance' || mandatory === 'drain';
  for (const check of waived ? always : [...always, ...wishes]) {
    const reason = check(sample, tags, ctx);
    if (reason) return reason;
  }
  return null;
}

/** Whether the node of a guest is to be emptied. */
export function mustLeave(guest: GuestSample, ctx: RuleContext): boolean {
  const node = ctx.nodes.get(guest.node);
  return node !== undefined && inMaintenance(node, ctx.config);
}

import type { Config, GuestSample, MandatoryReason, Recommendation } from '@evenkeel/contracts';
import { isManagedByHa } from './ha-bindings.ts';
import { inMaintenanceOfProxmox, type RuleContext } from './rule-context.ts';
import { matches } from './tags.ts';

/** What about a guest, or its node, stands against moving it now; `passes` where it goes away by itself. */
export type Hindrance = { reason: string; passes: boolean };

type Fact = (guest: GuestSample, ctx: RuleContext) => Hindrance | null;
type Wish = (guest: GuestSample, tags: readonly string[], ctx: RuleContext) => string | null;

const forNow = (reason: string): Hindrance => ({ reason, passes: true });
const forGood = (reason: string): Hindrance => ({ reason, passes: false });

const template: Fact = (guest) => (guest.template ? forGood('it is a template') : null);

const lock: Fact = (guest) => (guest.lock ? forNow(`it is locked (${guest.lock})`) : null);

const status: Fact = ({ status }) => {
  if (status === 'unknown') return forNow('its state could not be read');
  return status === 'running' ? null : forGood(`it is ${status}, not running`);
};

const sourceOnline: Fact = ({ node }, ctx) =>
  ctx.nodes.get(node)?.status === 'online' ? null : forNow(`its node ${node} is not online`);

/** Why Proxmox moves a guest itself, or null: by its own balancer where that is on; `basic` counts services and rebalances nothing. */
export const ownedByCrs = (guest: string, { crs, guests }: RuleContext): string | null =>
  guests.get(guest)?.ha?.auto_rebalance && crs.auto_rebalance && crs.mode !== 'basic'
    ? `Proxmox's own automatic rebalancing (CRS ${crs.mode}) owns it`
    : null;

const crs: Fact = ({ guest }, ctx) => {
  const owned = ownedByCrs(guest, ctx);
  return owned ? forGood(owned) : null;
};

const drainedByHa: Fact = (guest, ctx) => {
  const node = ctx.nodes.get(guest.node);
  return isManagedByHa(guest) && node && inMaintenanceOfProxmox(node)
    ? forNow(`the HA manager moves it off ${guest.node} itself`)
    : null;
};

const unread: Fact = (guest) => (guest.constraints ? null : forNow('its configuration has not been read yet'));

const devices: Fact = ({ constraints, node }) =>
  constraints && constraints.local_devices.length > 0
    ? forGood(`${constraints.local_devices.join(', ')} binds it to ${node}`)
    : null;

const bindMounts: Fact = ({ constraints, node }) =>
  constraints && constraints.bind_mounts.length > 0
    ? forGood(`mount point ${constraints.bind_mounts.join(', ')} exists on ${node} only`)
    : null;

const ownTag: Wish = (_, tags) =>
  tags.includes('evenkeel') ? 'it is tagged evenkeel: it carries the balancer itself' : null;

/** Whether a container may be restarted in order to move it: by the configuration, or by its own tag. */
const mayRestart = (tags: readonly string[], config: Config): boolean =>
  config.automated_migrations.rules.allow_container_restarts || tags.includes('restart-ok');

const container: Wish = (guest, tags, { config }) =>
  guest.type === 'lxc' && guest.status !== 'stopped' && !mayRestart(tags, config)
    ? 'containers restart when they move, and allow_container_restarts is off'
    : null;

const ignoreTag: Wish = (_, tags, { config }) => {
  const own = config.automated_migrations.rules.respect_ignore_tags ? ['ignore', 'no-auto-migrate'] : [];
  const tag = tags.find((t) => own.includes(t) || t.startsWith('plb_ignore'));
  return tag ? `it is tagged ${tag}` : null;
};

const ignoreName: Wish = (guest, _, { config }) => {
  const hit = config.automated_migrations.rules.ignore_guests.find(
    (p) => matches(p, guest.name) || matches(p, String(guest.vmid)) || matches(p, guest.guest),
  );
  return hit ? `ignore_guests names it (${hit})` : null;
};

const ignorePool: Wish = (guest, _, { config }) =>
  guest.pool !== undefined && config.automated_migrations.rules.ignore_pools.includes(guest.pool)
    ? `ignore_pools names its pool ${guest.pool}`
    : null;

const ignoreNode: Wish = (guest, _, { config }) =>
  config.nodes[guest.node]?.ignore ? `its node ${guest.node} is to be ignored` : null;

const whitelist: Wish = (_, tags, { config }) =>
  config.automated_migrations.rules.require_auto_migrate_ok_tag && !tags.includes('auto-migrate-ok')
    ? 'it is not tagged auto-migrate-ok, and only such guests move'
    : null;

const facts = [template, lock, status, sourceOnline, crs, drainedByHa, unread, devices, bindMounts];
const lasting = [ownTag, container];
const waivable = [ignoreTag, ignoreName, ignorePool, ignoreNode, whitelist];

type Cause = Pick<Recommendation, 'mandatory' | 'empties' | 'source_node'>;

/** The node that a drain or maintenance empties by a move: its source, unless the move makes room elsewhere. */
export const emptiedBy = ({ empties, source_node }: Omit<Cause, 'mandatory'>): string => empties ?? source_node;

/** By what the wish of a guest to stay is judged: why its own node goes away, and nothing where it only makes room for others. */
export const waiverOf = (move: Cause): MandatoryReason | undefined =>
  emptiedBy(move) === move.source_node ? move.mandatory : undefined;

/** What stands against moving a guest now, whatever anybody wishes, or null. */
export function hindrance(guest: string, ctx: RuleContext): Hindrance | null {
  const sample = ctx.guests.get(guest);
  if (!sample) return forGood('it is not known');
  for (const check of facts) {
    const found = check(sample, ctx);
    if (found) return found;
  }
  return null;
}

/**
 * Why the administrator wants a guest to stay, or null. Where its node is emptied (`maintenance`, `drain`) the wish to be left
 * alone does not hold, since the node goes away under it; a broken rule does not waive it.
 */
export function wishToStay(guest: string, ctx: RuleContext, mandatory?: MandatoryReason): string | null {
  const sample = ctx.guests.get(guest);
  if (!sample) return 'it is not known';
  const tags = ctx.tags.get(guest) ?? [];
  const waived = mandatory === 'maintenance' || mandatory === 'drain';
  for (const check of waived ? lasting : [...lasting, ...waivable]) {
    const reason = check(sample, tags, ctx);
    if (reason) return reason;
  }
  return null;
}

/** Why a guest must stay, or null: it cannot move now, or is not meant to. */
export function mayMove(guest: string, ctx: RuleContext, mandatory?: MandatoryReason): string | null {
  return hindrance(guest, ctx)?.reason ?? wishToStay(guest, ctx, mandatory);
}

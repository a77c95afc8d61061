import type { GuestSample, MandatoryReason, NodeSample } from '@evenkeel/contracts';
import { byText } from '../by-text.ts';
import { usableBytes } from '../guest-memory.ts';
import { capsOf } from '../plan-state.ts';
import { occupiedBytes } from '../predict.ts';
import { cannotRunOn } from './allowed-on.ts';
import { hindrance, ownedByCrs, wishToStay } from './may-move.ts';
import { inMaintenance, type NodeBinding, type RuleContext } from './rule-context.ts';

/** Nodes on which a guest may be as the rules and the nodes are now; `stays` says why it may not be moved, where that lasts. */
export type Home = { nodes: ReadonlySet<string>; stays?: string };

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Why an empty node would still be too small for some guests, or null; where they are all there already, it is not. */
export function tooSmall(guests: readonly GuestSample[], node: NodeSample, ctx: RuleContext): string | null {
  if (guests.every((guest) => guest.node === node.node)) return null;
  const caps = capsOf(ctx.config);
  const usable = usableBytes(node, ctx.config.nodes);
  const used = guests.reduce((sum, guest) => sum + occupiedBytes(guest), 0);
  const assigned = guests.reduce((sum, guest) => sum + guest.maxmem, 0);
  if (used > caps.mem * usable)
    return `${node.node} has ${gib(caps.mem * usable)} of memory to use, ${gib(used)} are needed`;
  return assigned > caps.assigned * usable
    ? `${node.node} may assign ${gib(caps.assigned * usable)} of memory, ${gib(assigned)} are needed`
    : null;
}

/** Why a guest may not be moved, where that does not pass by itself; what Proxmox moves itself is not kept where it is. */
function staysFor(guest: GuestSample, ctx: RuleContext): string | undefined {
  const found = hindrance(guest.guest, ctx);
  if (found?.passes || ownedByCrs(guest.guest, ctx)) return undefined;
  const node = ctx.nodes.get(guest.node);
  const leaving: MandatoryReason = node && inMaintenance(node, ctx.config) ? 'maintenance' : 'rule';
  return found?.reason ?? wishToStay(guest.guest, ctx, leaving) ?? undefined;
}

/** Rules that name the only nodes for a guest; a preference of HA is not among them. */
export const strictBindings = (guest: string, ctx: RuleContext): NodeBinding[] =>
  (ctx.bindings.get(guest) ?? []).filter(({ strict }) => strict);

const isNamed = (node: string, guest: string, ctx: RuleContext): boolean =>
  strictBindings(guest, ctx).every(({ nodes }) => nodes.has(node));

/** Where a guest may be; one that may not be moved only where it is, and nowhere where a strict rule wants it elsewhere. */
export function homeOf(guest: GuestSample, ctx: RuleContext): Home {
  const stays = staysFor(guest, ctx);
  if (stays !== undefined) return { nodes: new Set(isNamed(guest.node, guest.guest, ctx) ? [guest.node] : []), stays };
  const nodes = [...ctx.nodes.values()].filter(
    (node) =>
      isNamed(node.node, guest.guest, ctx) &&
      cannotRunOn(guest.guest, node.node, ctx) === null &&
      tooSmall([guest], node, ctx) === null,
  );
  return { nodes: new Set(nodes.map(({ node }) => node)) };
}

/** Why a guest cannot be on the nodes that all its rules name, one reason each; none where they name no node in common. */
export function whyHomeless(guest: GuestSample, { stays }: Home, ctx: RuleContext): string[] {
  if (stays !== undefined) return [`it stays on ${guest.node}: ${stays}`];
  return [...ctx.nodes.values()]
    .filter(({ node }) => isNamed(node, guest.guest, ctx))
    .flatMap((node) => cannotRunOn(guest.guest, node.node, ctx) ?? tooSmall([guest], node, ctx) ?? [])
    .sort(byText);
}

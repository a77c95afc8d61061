import type { GuestSample, NodeSample } from '@evenkeel/contracts';
import { landsOn } from './lands-on.ts';
import {
  available,
  availableToHa,
  counts,
  inMaintenance,
  type NodeBinding,
  type Placement,
  type RuleContext,
} from './rule-context.ts';
import { runsCpuType, runsVersion } from './runs-cpu-type.ts';

type NodeCheck = (guest: GuestSample, node: NodeSample, ctx: RuleContext) => string | null;

const online: NodeCheck = (_, node) => (node.status === 'online' ? null : `${node.node} is ${node.status}`);

const maintenance: NodeCheck = (_, node, ctx) =>
  inMaintenance(node, ctx.config) ? `${node.node} is in maintenance` : null;

const ignored: NodeCheck = (_, node, ctx) =>
  ctx.config.nodes[node.node]?.ignore ? `${node.node} is to be ignored` : null;

const storages: NodeCheck = (guest, node, ctx) => {
  for (const storage of guest.constraints?.storages ?? []) {
    const lands = landsOn(guest, storage, node, ctx);
    if ('missing' in lands) return lands.missing;
  }
  return null;
};

const mappedDevices: NodeCheck = ({ constraints }, { node }) =>
  constraints?.mapped_nodes === undefined || constraints.mapped_nodes.includes(node)
    ? null
    : `a mapped device of it is not on ${node}, only on ${constraints.mapped_nodes.join(', ') || 'no node'}`;

/** A bridge that no node shows may be hidden from whoever looks: Proxmox leaves out what its token has no right to see. */
const bridges: NodeCheck = (guest, node, ctx) => {
  const missing = node.bridges && guest.constraints?.bridges.find((name) => !node.bridges!.includes(name));
  if (missing === undefined || ![...ctx.nodes.values()].some((other) => other.bridges?.includes(missing))) return null;
  return `bridge ${missing} is not on ${node.node}`;
};

/** Proxmox moves a running VM that it replicates to its replication targets only. */
const replicated: NodeCheck = ({ type, status, constraints, node: source }, { node }) => {
  const targets = constraints?.replicated_to ?? [];
  if (targets.length === 0 || type === 'lxc' || status === 'stopped' || node === source) return null;
  return targets.includes(node) ? null : `it is replicated to ${targets.join(', ')}, not to ${node}`;
};

const vendor: NodeCheck = (guest, node, ctx) => {
  const from = ctx.nodes.get(guest.node);
  if (guest.type === 'lxc' || guest.status === 'stopped' || !from?.cpu_vendor || !node.cpu_vendor) return null;
  return from.cpu_vendor === node.cpu_vendor
    ? null
    : `${node.node} has a CPU of ${node.cpu_vendor}, ${from.node} one of ${from.cpu_vendor}`;
};

const cpuType: NodeCheck = (guest, node, ctx) => runsCpuType(guest, ctx.nodes.get(guest.node), node);

const version: NodeCheck = (guest, node, ctx) => runsVersion(guest, ctx.nodes.get(guest.node), node);

/** Proxmox starts no VM, and receives none, that has more vCPUs than the node has threads. */
const threads: NodeCheck = ({ type, maxcpu }, node) =>
  type === 'qemu' && node.maxcpu > 0 && maxcpu > node.maxcpu
    ? `it has ${maxcpu} vCPUs, ${node.node} has ${node.maxcpu} threads`
    : null;

const checks = [
  online,
  maintenance,
  ignored,
  threads,
  storages,
  bridges,
  replicated,
  mappedDevices,
  vendor,
  cpuType,
  version,
];

/** Nodes of highest priority that are there: where the HA manager would put the guest itself, by what it knows of them. */
function preferred(binding: NodeBinding, ctx: RuleContext): string[] {
  const isThere = binding.failback ? availableToHa : available;
  const there = [...binding.nodes].filter(([node]) => isThere(node, ctx));
  const top = Math.max(...there.map(([, priority]) => priority));
  return there.filter(([, priority]) => priority === top).map(([node]) => node);
}

function bindingReason(binding: NodeBinding, node: string, ctx: RuleContext): string | null {
  const nodes = preferred(binding, ctx);
  if (nodes.includes(node) || (nodes.length === 0 && !binding.strict)) return null;
  if (binding.avoided?.includes(node)) return `${binding.rule} keeps it off ${node}`;
  const isOpen = (name: string) => available(name, ctx);
  if (nodes.length === 0 || (binding.strict && ![...binding.nodes.keys()].some(isOpen)))
    return `${binding.rule} allows none of the nodes that are there`;
  const names = nodes.sort();
  return names.some(isOpen)
    ? `${binding.rule} wants it on ${names.join(', ')}`
    : `${binding.rule} would pull it back to ${names.join(', ')}, which HA takes to be there; ${toldToHa(names)}`;
}

/** What tells HA that nodes are emptied, so that it moves its guests off them and none back. */
const toldToHa = (nodes: readonly string[]): string =>
  `to let it leave: ${nodes.map((node) => `ha-manager crm-command node-maintenance enable ${node}`).join(', ')}`;

/** Why a node cannot run a guest now, whatever the rules say, or null. */
export function cannotRunOn(guest: string, node: string, ctx: RuleContext): string | null {
  const sample = ctx.guests.get(guest);
  const target = ctx.nodes.get(node);
  if (!sample || !target) return `${sample ? node : guest} is not known`;
  for (const check of checks) {
    const reason = check(sample, target, ctx);
    if (reason) return reason;
  }
  return null;
}

/** Why the rules that name nodes for a guest do not want it on this one, or null. */
export function boundElsewhere(guest: string, node: string, ctx: RuleContext): string | null {
  for (const binding of ctx.bindings.get(guest) ?? []) {
    const reason = bindingReason(binding, node, ctx);
    if (reason) return reason;
  }
  return null;
}

/** Why a guest cannot run on a node whatever else runs there, or null. */
export const suitsNode = (guest: string, node: string, ctx: RuleContext): string | null =>
  cannotRunOn(guest, node, ctx) ?? boundElsewhere(guest, node, ctx);

/** Why a guest cannot join those that are on a node, or null; `moving` goes along with it. */
export function suitsResidents(
  guest: string,
  node: string,
  placement: Placement,
  ctx: RuleContext,
  moving: readonly string[] = [],
): string | null {
  for (const group of ctx.groupsOf.get(guest) ?? []) {
    const others = group.guests.filter((o) => o !== guest && placement[o] !== undefined && counts(o, ctx));
    const here = (o: string) => placement[o] === node || moving.includes(o);
    if (group.kind === 'apart') {
      const clash = others.find(here);
      if (clash) return `${group.rule} keeps it apart from ${clash} on ${node}`;
    } else if (others.some(here) ? false : others.length > 0) {
      return `${group.rule} binds it to ${others[0]}, which is not on ${node}`;
    }
  }
  return null;
}

/** Why a guest is not allowed on a node, given who is where, or null. */
export function allowedOn(
  guest: string,
  node: string,
  placement: Placement,
  ctx: RuleContext,
  moving: readonly string[] = [],
): string | null {
  return suitsNode(guest, node, ctx) ?? suitsResidents(guest, node, placement, ctx, moving);
}

import {
  bridgesOf,
  guestOfSid,
  haRules,
  isReplica,
  type Processor,
  type Proxmox,
  processorOf,
} from '@evenkeel/proxmox';
import { type Answer, ask } from './ask.ts';
import { askGuest } from './ask-guest.ts';
import type { OtherMove } from './companions.ts';
import { hearDropped, missingFrom } from './dropped-rows.ts';
import type { Claimed } from './execution.ts';
import type { LaunchFacts } from './launch.ts';
import type { Outside } from './outside.ts';
import type { NodeClock } from './preflight.ts';

type Seen = LaunchFacts['look'];

const unread = (answer: Answer<unknown>) => (answer.ok ? '' : `Proxmox could not be read: ${answer.error.message}`);

/** Everything that a migration rests on, read afresh; where a row of it could not be read, it was not seen. */
export async function lookBefore(
  execution: Claimed,
  outside: Pick<Outside, 'proxmox' | 'config' | 'reach'>,
  moves: OtherMove[] = [],
): Promise<Seen> {
  const { proxmox } = outside;
  const { source_node, target_node, vmid, type } = execution.migration;
  const { dropped, onDropped } = hearDropped();
  const ref = { node: source_node, type, vmid };
  const [status, maintenance, resources, owners, config, processors, here, there, jobs, ...clocks] = await Promise.all([
    ask(proxmox.status(onDropped)),
    ask(proxmox.maintenance_nodes(onDropped)),
    ask(proxmox.resources(onDropped)),
    ask(lookAtOwners(proxmox, onDropped)),
    ask(proxmox.guest_config(ref)),
    ask(lookAtProcessors([source_node, target_node], proxmox)),
    askBridges(source_node, proxmox),
    askBridges(target_node, proxmox),
    ask(proxmox.replications()),
    askClock(source_node, proxmox),
    askClock(target_node, proxmox),
  ]);
  const validated_at = proxmox.clock().now;
  const [tasks, preconditions] = await Promise.all([
    ask(proxmox.node_tasks(source_node, { vmid, source: 'all', limit: 50 }, onDropped)),
    ask(proxmox.migration_preconditions(ref, target_node)),
  ]);
  if (!resources.ok || !status.ok || !maintenance.ok || !tasks.ok || !owners.ok)
    return { seen: false, reason: [resources, status, maintenance, tasks, owners].map(unread).find((r) => r) ?? '' };
  const guest = resources.value.guests.find((row) => row.vmid === vmid);
  if (!guest && !config.ok && config.error.kind === 'forbidden') return said(config.error);
  const no = preconditions.ok ? undefined : preconditions.error;
  const isThere = guest?.node === source_node;
  if (no && no.kind !== 'not_implemented' && (isThere || no.kind !== 'refused')) return said(no);
  const missing = missingFrom(dropped);
  if (missing) return { seen: false, reason: missing };
  const target = resources.value.nodes.find((row) => row.node === target_node);
  if (isThere && !config.ok) return { seen: false, reason: unread(config) };
  if (isThere && target?.status === 'online' && !processors.ok) return { seen: false, reason: unread(processors) };
  const look = {
    quorate: status.value.quorate,
    nodes: resources.value.nodes,
    guests: resources.value.guests,
    maintenance: maintenance.value,
    storages: resources.value.storages,
    ...owners.value,
    preconditions: preconditions.ok ? preconditions.value : null,
    bridges: config.ok && here && there ? { needed: bridgesOf(config.value), here, there } : null,
    moves,
    copied: jobs.ok && isReplica(jobs.value, vmid, target_node),
    processors: processors.ok ? processors.value : new Map(),
    guest_config: config.ok ? config.value : {},
    clocks: clocks.filter((clock) => clock !== null),
  };
  return {
    seen: true,
    validated_at,
    look,
    tasks: tasks.value,
    ...(guest ? { signs: await askGuest(guest, outside) } : {}),
  };
}

/** The bridges that a node shows; null where it does not say. */
async function askBridges(node: string, proxmox: Proxmox): Promise<string[] | null> {
  const { dropped, onDropped } = hearDropped();
  const bridges = await ask(proxmox.bridges(node, onDropped));
  return bridges.ok && dropped.length === 0 ? bridges.value : null;
}

/** How the clock of a node stands to this machine's, whatever the answer took on its way; null where it does not say. */
async function askClock(node: string, proxmox: Proxmox): Promise<NodeClock | null> {
  const before = proxmox.clock().now - 1000;
  const said = await ask(proxmox.node_time(node));
  if (!said.ok) return null;
  const after = proxmox.clock().now;
  return { node, ahead_ms: Math.max(0, said.value - after) + Math.min(0, said.value - before) };
}

async function lookAtProcessors(nodes: string[], proxmox: Proxmox): Promise<Map<string, Processor>> {
  const all = nodes.map(async (node) => [node, processorOf(await proxmox.node_status(node))] as const);
  return new Map(await Promise.all(all));
}

/** Who else may move guests, and by what rules: HA and Proxmox's own balancer. */
async function lookAtOwners(proxmox: Proxmox, onDropped: Parameters<Proxmox['ha_rules']>[0]) {
  const [resources, rules, options] = await Promise.all([
    proxmox.ha_resources(onDropped),
    proxmox.ha_rules(onDropped),
    proxmox.options(),
  ]);
  const services = new Map(resources.map((row) => [guestOfSid(row.sid) ?? row.sid, row]));
  return { crs: options.crs, services, ha_rules: haRules(rules).rules };
}

/** What Proxmox means by its refusal; rows of guests may be older than its word that one is not there any more. */
export function codeOfRefusal(message: string): string {
  if (/locked/.test(message)) return 'locked';
  return /Configuration file .* does not exist/.test(message) ? 'moved' : 'not_allowed';
}

function said({ kind, message }: { kind: string; message: string }): Seen {
  if (kind === 'refused') return { seen: 'no', code: codeOfRefusal(message), reason: message };
  if (kind === 'forbidden' || kind === 'unauthorized') return { seen: 'no', code: 'no_right', reason: message };
  return { seen: false, reason: `Proxmox could not be read: ${message}` };
}

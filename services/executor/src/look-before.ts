import { bridgesOf, type GuestRef, guestOfSid, haRules, type Proxmox } from '@evenkeel/proxmox';
import { type Answer, ask } from './ask.ts';
import { askGuest } from './ask-guest.ts';
import { hearDropped, missingFrom } from './dropped-rows.ts';
import type { Claimed } from './execution.ts';
import type { LaunchFacts } from './launch.ts';
import type { Outside } from './outside.ts';
import type { Look, NodeClock } from './preflight.ts';

type Seen = LaunchFacts['look'];

const unread = (answer: Answer<unknown>) => (answer.ok ? '' : `Proxmox could not be read: ${answer.error.message}`);

/** Everything that a migration rests on, read afresh; where a row of it could not be read, it was not seen. */
export async function lookBefore(
  execution: Claimed,
  outside: Pick<Outside, 'proxmox' | 'config' | 'reach'>,
): Promise<Seen> {
  const { proxmox } = outside;
  const { source_node, target_node, vmid, type } = execution.migration;
  const { dropped, onDropped } = hearDropped();
  const [tasks, status, maintenance, resources, owners, preconditions, bridges, jobs, ...clocks] = await Promise.all([
    ask(proxmox.node_tasks(source_node, { vmid, source: 'all', limit: 50 }, onDropped)),
    ask(proxmox.status(onDropped)),
    ask(proxmox.maintenance_nodes(onDropped)),
    ask(proxmox.resources(onDropped)),
    ask(lookAtOwners(proxmox, onDropped)),
    ask(proxmox.migration_preconditions({ node: source_node, type, vmid }, target_node)),
    askBridges({ node: source_node, type, vmid }, target_node, proxmox),
    ask(proxmox.replications()),
    askClock(source_node, proxmox),
    askClock(target_node, proxmox),
  ]);
  if (!resources.ok || !status.ok || !maintenance.ok || !tasks.ok || !owners.ok)
    return { seen: false, reason: [resources, status, maintenance, tasks, owners].map(unread).find((r) => r) ?? '' };
  const guest = resources.value.guests.find((row) => row.vmid === vmid);
  const no = preconditions.ok ? undefined : preconditions.error;
  const isThere = guest?.node === source_node;
  if (no && no.kind !== 'not_implemented' && (isThere || no.kind !== 'refused')) return said(no);
  const missing = missingFrom(dropped);
  if (missing) return { seen: false, reason: missing };
  const look = {
    quorate: status.value.quorate,
    nodes: resources.value.nodes,
    guests: resources.value.guests,
    maintenance: maintenance.value,
    storages: resources.value.storages,
    ...owners.value,
    preconditions: preconditions.ok ? preconditions.value : null,
    bridges,
    copied: jobs.ok && jobs.value.some((job) => job.vmid === vmid && job.target === target_node),
    clocks: clocks.filter((clock) => clock !== null),
  };
  return { seen: true, look, tasks: tasks.value, ...(guest ? { signs: await askGuest(guest, outside) } : {}) };
}

/** The bridges that a guest needs, and those that its node and its target show; null where one of them does not say. */
async function askBridges(guest: GuestRef, target: string, proxmox: Proxmox): Promise<Look['bridges']> {
  const { dropped, onDropped } = hearDropped();
  const [config, here, there] = await Promise.all([
    ask(proxmox.guest_config(guest)),
    ask(proxmox.bridges(guest.node, onDropped)),
    ask(proxmox.bridges(target, onDropped)),
  ]);
  if (!config.ok || !here.ok || !there.ok || dropped.length > 0) return null;
  return { needed: bridgesOf(config.value), here: here.value, there: there.value };
}

/** How the clock of a node stands to this machine's, whatever the answer took on its way; null where it does not say. */
async function askClock(node: string, proxmox: Proxmox): Promise<NodeClock | null> {
  const before = proxmox.clock().now - 1000;
  const said = await ask(proxmox.node_time(node));
  if (!said.ok) return null;
  const after = proxmox.clock().now;
  return { node, ahead_ms: Math.max(0, said.value - after) + Math.min(0, said.value - before) };
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

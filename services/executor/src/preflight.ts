import type { ApprovedMigration, Config, HaRule } from '@evenkeel/contracts';
import { clockTolerance, emptiedBy, usableBytes, usedBytes } from '@evenkeel/model';
import {
  type GuestConfig,
  type GuestRow,
  type HaResource,
  type MigrateOptions,
  type MigrationPreconditions,
  type NodeRow,
  otherThan,
  type Processor,
  type StorageRow,
} from '@evenkeel/proxmox';
import type { OtherMove } from './companions.ts';
import { containerFits } from './container-fits.ts';
import { disksLand } from './disks-land.ts';
import { objection, targetObjection } from './objection.ts';

/** A fresh look at what a migration rests on. */
export type Look = {
  quorate: boolean;
  nodes: NodeRow[];
  guests: GuestRow[];
  maintenance: string[];
  storages: StorageRow[];
  /** Proxmox's own balancer, the services of HA by guest, and the rules that bind them. */
  crs: { mode: string; auto_rebalance: boolean };
  services: Map<string, HaResource>;
  ha_rules: HaRule[];
  /** Null where Proxmox has no such call. */
  preconditions: MigrationPreconditions | null;
  /** What its network needs and what its two nodes have; null where one of them does not say. */
  bridges: { needed: string[]; here: string[]; there: string[] } | null;
  /** Whether the target has copies of its disks, of which only what changed is sent. */
  copied: boolean;
  /** Other migrations of the cluster, where it has companions or leads back. */
  moves: OtherMove[];
  /** Of its two nodes, as far as they say. */
  clocks: NodeClock[];
  /** Of its two nodes. */
  processors: Map<string, Processor>;
  /** The guest's configuration, as it will move. */
  guest_config: GuestConfig;
};

/** Milliseconds by which the clock of a node is ahead of this machine's, at least; negative where it is behind, 0 where it may be right. */
export type NodeClock = { node: string; ahead_ms: number };

export type Preflight = { go: true; options: MigrateOptions } | { go: false; code: string; reason: string };

type Check = (migration: ApprovedMigration, look: Look, config: Config) => { code: string; reason: string } | null;

const no = (code: string, reason: string) => ({ code, reason });
const guestOf = (migration: ApprovedMigration, look: Look) => look.guests.find((g) => g.vmid === migration.vmid);
const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;

/** One node alone may be wrong; where nobody agrees with this machine, it cannot tell how old an approval is. */
const clocksAgree: Check = (_, { clocks }) => {
  if (clocks.length === 0 || clocks.some(({ ahead_ms }) => Math.abs(ahead_ms) <= clockTolerance)) return null;
  const said = clocks.map(({ node, ahead_ms }) => {
    const seconds = Math.round(Math.abs(ahead_ms) / 1000);
    return `the clock of ${node} is ${seconds} s ${ahead_ms > 0 ? 'ahead of' : 'behind'} this machine's`;
  });
  return no('clocks_disagree', `${said.join(', ')}: the clocks do not agree`);
};

const quorum: Check = (_, look, config) =>
  config.automated_migrations.safety_checks.require_quorum && !look.quorate
    ? no('not_allowed', 'the cluster has no quorum')
    : null;

const sameGuest: Check = (migration, look) => {
  const guest = guestOf(migration, look);
  if (!guest) return no('moved', `${migration.guest} is not there any more`);
  if (guest.type !== migration.type || guest.template)
    return no('moved', `${migration.guest} is now a ${guest.template ? 'template' : guest.type}`);
  if (guest.name !== undefined && guest.name !== migration.name)
    return no('moved', `${migration.guest} is now called ${guest.name}, not ${migration.name}`);
  if (guest.node !== migration.source_node)
    return no('moved', `${migration.guest} is on ${guest.node}, not on ${migration.source_node}`);
  return null;
};

/** A guest that was deleted and made anew under the same number and name is another. */
const sameIdentity: Check = ({ guest, identity }, { guest_config }) => {
  const other = otherThan(identity, guest_config);
  return other ? no('moved', `${guest} is not the guest that was decided on: ${other}`) : null;
};

const unlocked: Check = (migration, look) => {
  const lock = guestOf(migration, look)?.lock;
  return lock ? no('locked', `${migration.guest} is locked (${lock})`) : null;
};

/** HA does something with the guest, or would do nothing with a request. */
const busyWithHa = ['migrate', 'relocate', 'fence', 'recovery', 'freeze', 'error'];

const leftByHa: Check = (migration, look) => {
  const state = guestOf(migration, look)?.hastate;
  if (!state || !busyWithHa.includes(state)) return null;
  return no(state === 'error' ? 'not_allowed' : 'locked', `HA holds ${migration.guest} in state ${state}`);
};

/** Rows are up to ten seconds old; what Proxmox says of the guest itself is of this moment. */
const asPlanned: Check = (migration, look) => {
  const status = guestOf(migration, look)?.status ?? 'unknown';
  const planned = migration.migration_plan.migration_type === 'offline_migration' ? 'stopped' : 'running';
  if (status !== planned) return no('not_running', `${migration.guest} is ${status}, planned for ${planned}`);
  if (!look.preconditions) return null;
  const since = look.preconditions.running ? 'running' : 'stopped';
  return since === planned ? null : no('not_running', `${migration.guest} is ${since} by now, planned for ${planned}`);
};

const wanted: Check = (migration, look, config) => {
  const found = objection(migration, look, config);
  return found ? no('unwanted', `${migration.guest}: ${found}`) : null;
};

/** In Proxmox's own maintenance, as far as the look shows it. */
const inMaintenance = (name: string, { maintenance, nodes }: Look): boolean =>
  maintenance.includes(name) || nodes.some(({ node, hastate }) => node === name && hastate === 'maintenance');

/** Drained nodes are among those of the configuration in force; what Proxmox empties besides is nobody's drain. */
const stillEmptied: Check = (migration, look, { automated_migrations }) => {
  const { mandatory, guest } = migration;
  const node = emptiedBy(migration);
  if (automated_migrations.maintenance_nodes.includes(node)) return null;
  if (mandatory === 'drain') return no('unwanted', `${guest}: ${node} is no longer drained`);
  return mandatory === 'maintenance' && !inMaintenance(node, look)
    ? no('unwanted', `${guest}: ${node} is no longer in maintenance`)
    : null;
};

const targetThere: Check = (migration, look, config) => {
  const target = look.nodes.find((n) => n.node === migration.target_node);
  if (target?.status !== 'online')
    return no('target_unavailable', `${migration.target_node} is ${target?.status ?? 'not in the cluster'}`);
  return config.automated_migrations.maintenance_nodes.includes(target.node) || inMaintenance(target.node, look)
    ? no('target_unavailable', `${target.node} is in maintenance`)
    : null;
};

const targetSuits: Check = (migration, look, config) => {
  const found = targetObjection(migration, look, config);
  return found ? no('unwanted', `${migration.guest}: ${found}`) : null;
};

/** What of a node's memory is in use for guests, and what they may use: the reserve of its host is neither. */
function memoryOf(target: { node: string; mem: number; maxmem: number }, { guests }: Look, { nodes }: Config) {
  const there = guests.filter(({ node, status }) => node === target.node && status !== 'stopped');
  const occupied = there.reduce((sum, { mem = 0, memhost = 0 }) => sum + Math.max(mem, memhost), 0);
  return { used: usedBytes(target, occupied, nodes), usable: usableBytes(target, nodes) };
}

/** Why the target has no room for guests of the source that arrive together, or null. */
export function hasRoomFor(
  guests: readonly string[],
  { source_node, target_node }: Pick<ApprovedMigration, 'source_node' | 'target_node'>,
  look: Look,
  config: Config,
) {
  const limits = config.automated_migrations.safety_checks;
  const running = look.guests.filter(({ id, status }) => guests.includes(id) && status === 'running');
  const target = look.nodes.find((n) => n.node === target_node);
  if (running.length === 0 || !target) return null;
  const { cpu: targetCpu, maxcpu, mem: targetMem, maxmem } = target;
  if (!maxmem || !maxcpu || targetMem === undefined || targetCpu === undefined)
    return no('target_unknown', `the figures of ${target.node} could not be read`);
  const mute = running.find((row) => (row.memhost ?? row.mem) === undefined || row.cpu === undefined || !row.maxcpu);
  if (mute) return no('target_unknown', `whether ${target.node} has room is not known: no figures of ${mute.id}`);
  const guestMem = running.reduce((sum, { memhost, mem = 0 }) => sum + (memhost ?? mem), 0);
  const guestCores = running.reduce((sum, { cpu = 0, maxcpu = 0 }) => sum + cpu * maxcpu, 0);
  const { used, usable } = memoryOf({ node: target.node, mem: targetMem, maxmem }, look, config);
  const mem = (used + guestMem) / usable;
  if (100 * mem > limits.max_node_memory_percent)
    return no(
      'target_full',
      `${target.node} would use ${percent(mem)} of its memory, ${limits.max_node_memory_percent} % at most`,
    );
  const speed = (node: string) => config.nodes[node]?.speed_factor ?? 1;
  const cores = (guestCores * speed(source_node)) / speed(target.node);
  const cpu = targetCpu + cores / maxcpu;
  if (100 * cpu > limits.max_node_cpu_percent)
    return no(
      'target_full',
      `${target.node} would use ${percent(cpu)} of its CPU, ${limits.max_node_cpu_percent} % at most`,
    );
  return null;
}

const targetHasRoom: Check = (migration, look, config) => hasRoomFor([migration.guest], migration, look, config);

/** What its own node does not show may be hidden from the token, and says nothing. */
const bridgesThere: Check = ({ guest, target_node }, { bridges }) => {
  const missing = bridges?.needed.find((name) => bridges.here.includes(name) && !bridges.there.includes(name));
  return missing === undefined ? null : no('not_allowed', `bridge ${missing} of ${guest} is not on ${target_node}`);
};

const proxmoxAllows: Check = (migration, { preconditions }, config) => {
  if (!preconditions || !config.automated_migrations.safety_checks.verify_before_migrate) return null;
  const { target_node: target, guest, migration_plan: plan } = migration;
  const { allowed_nodes, not_allowed, unavailable_storages, local_resources, local_disks } = preconditions;
  if (local_resources.length > 0)
    return no('not_allowed', `${guest} is bound to its node by ${local_resources.join(', ')}`);
  const kept = preconditions.running ? local_disks.find(({ stays }) => stays !== undefined) : undefined;
  if (kept) return no('not_allowed', `${guest} is bound to its node by ${kept.volid}: ${kept.stays}`);
  const said = not_allowed[target] ?? [];
  const mapped = (unavailable_storages[target] ?? []).filter((storage) => plan.storage_map?.[storage] !== undefined);
  if (said.length > mapped.length) return no('not_allowed', `Proxmox does not allow ${target}: ${said.join('; ')}`);
  return allowed_nodes && !allowed_nodes.includes(target) && mapped.length === 0
    ? no('not_allowed', `Proxmox does not allow ${target}`)
    : null;
};

/** In the order in which their reasons are worth hearing; last what passes by itself, and is worth waiting for. */
const ofGuest = [clocksAgree, quorum, sameGuest, sameIdentity, asPlanned, wanted, stillEmptied];
const checks: Check[] = [
  ...ofGuest,
  targetThere,
  targetSuits,
  targetHasRoom,
  bridgesThere,
  containerFits,
  disksLand,
  proxmoxAllows,
  leftByHa,
  unlocked,
];

/** Whether what a migration was decided on still holds a moment before it starts, and with which options it is to be sent. */
export function preflight(migration: ApprovedMigration, look: Look, config: Config): Preflight {
  for (const check of checks) {
    const found = check(migration, look, config);
    if (found) return { go: false, ...found };
  }
  const running = guestOf(migration, look)?.status === 'running';
  const { storage_map } = migration.migration_plan;
  const options = {
    target: migration.target_node,
    online: running && migration.type === 'qemu',
    with_local_disks: migration.type === 'qemu' && (look.preconditions?.local_disks.length ?? 0) > 0,
    restart: running && migration.type === 'lxc',
    ...(running && migration.type === 'qemu' && look.preconditions?.conntrack && { conntrack: true }),
    ...(storage_map && running && migration.type === 'qemu' && { storage_map }),
  };
  return { go: true, options };
}

import type { ApprovedMigration, Config, GuestSample, NodeSample } from '@evenkeel/contracts';
import {
  boundElsewhere,
  cannotRunOn,
  ownedByCrs,
  type Placement,
  type RuleContext,
  ruleContext,
  suitsResidents,
  waiverOf,
  wishToStay,
} from '@evenkeel/model';
import { cpuTypeOf, type GuestRow, type HaResource, type NodeRow, type Processor } from '@evenkeel/proxmox';
import { foresee } from './companions.ts';
import type { Look } from './preflight.ts';

/**
 * What tags, names, pools, pins, HA rules and the balancer of Proxmox, as they are now, have against a migration, or null. Of guests
 * that are bound together each goes alone: those that its plan takes to the same node count as there while they still may come.
 */
export function objection(migration: ApprovedMigration, look: Look, config: Config): string | null {
  const { guest, target_node } = migration;
  const rules = rulesOf(look, config);
  const placement = Object.fromEntries(look.guests.map((row) => [row.id, row.node]));
  return (
    ownedByCrs(guest, rules) ??
    wishToStay(guest, rules, waiverOf(migration)) ??
    boundElsewhere(guest, target_node, rules) ??
    apartNow(migration, placement, rules) ??
    together(migration, look, placement, rules)
  );
}

const apartNow = (
  { guest, target_node, companions = [] }: ApprovedMigration,
  placement: Placement,
  rules: RuleContext,
) => {
  const apart = (rules.groupsOf.get(guest) ?? []).filter(({ kind }) => kind === 'apart');
  return suitsResidents(guest, target_node, placement, { ...rules, groupsOf: new Map([[guest, apart]]) }, companions);
};

/** Why it would stand apart from those that it is bound to, once all that moves has arrived, or null. */
function together(migration: ApprovedMigration, look: Look, now: Placement, rules: RuleContext): string | null {
  const { placement, follow, lost } = foresee(migration, look.moves, now);
  const reason = suitsResidents(migration.guest, migration.target_node, placement, rules, follow);
  return reason && lost.length > 0 ? `${reason}, and of the migrations there ${lost.join(', ')}` : reason;
}

/** Why the target cannot run the guest, by what its configuration and the two nodes say now, or null. */
export function targetObjection(migration: ApprovedMigration, look: Look, config: Config): string | null {
  const { guest, target_node } = migration;
  const rules = rulesOf(look, config);
  const sample = rules.guests.get(guest);
  if (!sample) return null;
  const cpu_type = cpuTypeOf(migration.type, look.guest_config);
  const guests = new Map(rules.guests).set(guest, { ...sample, constraints: { ...unconstrained, cpu_type } });
  return cannotRunOn(guest, target_node, { ...rules, guests });
}

/** Storages and devices are judged elsewhere: those of a VM by Proxmox, in its preconditions, those of a container by what it needs. */
const unconstrained = {
  storages: [],
  local_disk_bytes: 0,
  local_disks: 0,
  local_devices: [],
  bridges: [],
  snapshots_with_state: false,
  bind_mounts: [],
};

function rulesOf(
  { nodes, guests, maintenance, services, ha_rules, crs, processors }: Look,
  config: Config,
): RuleContext {
  const source = {
    nodes: nodes.map((row) => nodeOf(row, maintenance, processors.get(row.node))),
    guests: guests.map((row) => guestOf(row, services.get(row.id))),
    ha_rules,
    crs,
  };
  return ruleContext(source, config);
}

const nodeOf = (
  { node, status, hastate, maxcpu = 0 }: NodeRow,
  maintenance: string[],
  { vendor, model, flags, version }: Processor = {},
): NodeSample => ({
  node,
  status,
  maintenance: maintenance.includes(node) || hastate === 'maintenance',
  cpu: 0,
  maxcpu,
  mem: 0,
  maxmem: 0,
  uptime: 0,
  speed_factor: 1,
  storages: [],
  ...(vendor && { cpu_vendor: vendor }),
  ...(model && { cpu_model: model }),
  ...(flags && { cpu_flags: flags }),
  ...(version && { version }),
});

const guestOf = (
  { id, vmid, type, name, node, status, template, tags, pool, maxcpu = 0 }: GuestRow,
  ha: HaResource | undefined,
): GuestSample => ({
  guest: id,
  vmid,
  type,
  name: name ?? id,
  node,
  status: status === 'running' || status === 'stopped' ? status : 'unknown',
  template,
  tags,
  ...(pool === undefined ? {} : { pool }),
  ...(ha ? { ha: serviceOf(ha) } : {}),
  maxcpu,
  ...figures,
});

const serviceOf = ({ state, auto_rebalance, failback }: HaResource): GuestSample['ha'] => ({
  state,
  auto_rebalance,
  ...(failback === undefined ? {} : { failback }),
});

/** No rule asks for these figures of a guest. */
const figures = {
  cpu: 0,
  mem: 0,
  maxmem: 0,
  mem_source: 'unknown' as const,
  maxdisk: 0,
  netin: 0,
  netout: 0,
  diskread: 0,
  diskwrite: 0,
  uptime: 0,
  identity: '',
};

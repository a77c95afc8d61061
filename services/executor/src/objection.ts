import type { ApprovedMigration, Config, GuestSample, NodeSample } from '@evenkeel/contracts';
import { boundElsewhere, ownedByCrs, type RuleContext, ruleContext, suitsResidents, wishToStay } from '@evenkeel/model';
import type { GuestRow, HaResource, NodeRow } from '@evenkeel/proxmox';
import type { Look } from './preflight.ts';

/**
 * What tags, names, pools, pins, HA rules and the balancer of Proxmox, as they are now, have against a migration, or null. What binds
 * guests together is left out, since they arrive one after another.
 */
export function objection(migration: ApprovedMigration, look: Look, config: Config): string | null {
  const { guest, target_node, mandatory } = migration;
  const rules = rulesOf(look, config);
  const placement = Object.fromEntries(look.guests.map((row) => [row.id, row.node]));
  return (
    ownedByCrs(guest, rules) ??
    wishToStay(guest, rules, mandatory) ??
    boundElsewhere(guest, target_node, rules) ??
    suitsResidents(guest, target_node, placement, keptApart(rules))
  );
}

function rulesOf({ nodes, guests, maintenance, services, ha_rules, crs }: Look, config: Config): RuleContext {
  const source = {
    nodes: nodes.map((row) => nodeOf(row, maintenance)),
    guests: guests.map((row) => guestOf(row, services.get(row.id))),
    ha_rules,
    crs,
  };
  return ruleContext(source, config);
}

const keptApart = (rules: RuleContext): RuleContext => ({
  ...rules,
  groupsOf: new Map([...rules.groupsOf].map(([guest, groups]) => [guest, groups.filter((g) => g.kind === 'apart')])),
});

const nodeOf = ({ node, status, hastate }: NodeRow, maintenance: string[]): NodeSample => ({
  node,
  status,
  maintenance: maintenance.includes(node) || hastate === 'maintenance',
  cpu: 0,
  maxcpu: 0,
  mem: 0,
  maxmem: 0,
  uptime: 0,
  speed_factor: 1,
  storages: [],
});

const guestOf = (
  { id, vmid, type, name, node, status, template, tags, pool }: GuestRow,
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
  ...(ha ? { ha: { state: ha.state, auto_rebalance: ha.auto_rebalance } } : {}),
  ...figures,
});

/** No rule asks for the figures of a guest. */
const figures = {
  cpu: 0,
  maxcpu: 0,
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

import type { ClusterSample, Config, GuestSample, HaRule, NodeSample } from '@evenkeel/contracts';
import { byText } from '../by-text.ts';
import { configuredGroups, configuredPins } from './configured-rules.ts';
import { haBindings } from './ha-bindings.ts';
import { after, splitTags } from './tags.ts';

/** What rules are read from: a cluster, or as much of it as is at hand. */
export type RuleSource = Pick<ClusterSample, 'nodes' | 'guests' | 'ha_rules' | 'crs'>;

/** Node by guest. */
export type Placement = Readonly<Record<string, string>>;

/** Guests that a tag, an HA rule or the configuration binds together or keeps apart. */
export type RuleGroup = { rule: string; kind: 'together' | 'apart'; guests: readonly string[] };

/** Nodes that a tag, an HA rule or the configuration names for a guest, with priorities (equal for a pin). */
export type NodeBinding = {
  rule: string;
  nodes: ReadonlyMap<string, number>;
  strict: boolean;
  /** HA pulls the guest back to those of highest priority that it takes to be there. */
  failback?: boolean;
  /** What the rule itself names, where that is what to keep off. */
  avoided?: readonly string[];
};

/** The rules of a cluster, read once and asked often. */
export type RuleContext = {
  config: Config;
  crs: ClusterSample['crs'];
  nodes: ReadonlyMap<string, NodeSample>;
  guests: ReadonlyMap<string, GuestSample>;
  tags: ReadonlyMap<string, readonly string[]>;
  groups: readonly RuleGroup[];
  groupsOf: ReadonlyMap<string, readonly RuleGroup[]>;
  bindings: ReadonlyMap<string, readonly NodeBinding[]>;
  /** Pins that name no node of the cluster and rules of the configuration about nobody, one sentence each. */
  problems: readonly string[];
};

type TagGroup = { names: (tag: string) => boolean; kind: RuleGroup['kind']; on: boolean };

/** ProxLB's tags hold without any setting, and whatever stands behind their names. */
function tagGroups(config: Config): TagGroup[] {
  const { respect_exclude_affinity, respect_affinity_rules } = config.automated_migrations.rules;
  const own = (prefix: string) => (tag: string) => after(prefix, tag) !== undefined;
  const foreign = (prefix: string) => (tag: string) => tag.startsWith(prefix);
  return [
    { names: own('exclude_'), kind: 'apart', on: respect_exclude_affinity },
    { names: foreign('plb_anti_affinity'), kind: 'apart', on: true },
    { names: own('affinity_'), kind: 'together', on: respect_affinity_rules },
    { names: foreign('plb_affinity'), kind: 'together', on: true },
  ];
}

function groupsByTag(tags: ReadonlyMap<string, readonly string[]>, config: Config): RuleGroup[] {
  const members = new Map<string, { kind: RuleGroup['kind']; guests: string[] }>();
  const kinds = tagGroups(config).filter(({ on }) => on);
  for (const [guest, words] of tags)
    for (const tag of words)
      for (const { names, kind } of kinds) {
        if (!names(tag)) continue;
        const group = members.get(tag) ?? { kind, guests: [] };
        group.guests.push(guest);
        members.set(tag, group);
      }
  return [...members].map(([tag, { kind, guests }]) => ({ rule: `tag ${tag}`, kind, guests: guests.sort(byText) }));
}

const haGroup = (rule: HaRule): RuleGroup => ({
  rule: `HA rule ${rule.rule}`,
  kind: rule.affinity === 'negative' ? 'apart' : 'together',
  guests: [...rule.guests].sort(byText),
});

function bindings(
  source: RuleSource,
  tags: ReadonlyMap<string, readonly string[]>,
  config: Config,
): { found: Map<string, NodeBinding[]>; problems: string[] } {
  const found = new Map<string, NodeBinding[]>();
  const problems: string[] = [];
  const add = (guest: string, binding: NodeBinding) => found.set(guest, [...(found.get(guest) ?? []), binding]);
  const names = new Map(source.nodes.map((n) => [n.node.toLowerCase(), n.node]));
  for (const [guest, words] of tags) {
    const pins = words.filter((t) => after('plb_pin_', t) !== undefined);
    if (pins.length === 0) continue;
    const named = pins.map((t) => names.get(after('plb_pin_', t)!)).filter((n) => n !== undefined);
    if (named.length < pins.length) problems.push(`${guest}: ${pins.join(', ')} names a node that does not exist`);
    const rule = `pin ${pins.join(', ')}`;
    if (named.length > 0) add(guest, { rule, nodes: new Map(named.map((n) => [n, 0])), strict: true });
  }
  const ha = haBindings(source);
  for (const [guest, binding] of ha.bindings) add(guest, binding);
  const configured = configuredPins(config, source.guests, names);
  for (const [guest, binding] of configured.pins) add(guest, binding);
  return { found, problems: [...problems, ...ha.problems, ...configured.problems].sort(byText) };
}

/** Reads tags, HA rules and configuration of a cluster into rules; the order of guests and rules does not matter. */
export function ruleContext(given: RuleSource, config: Config): RuleContext {
  const source = {
    ...given,
    guests: [...given.guests].sort((a, b) => byText(a.guest, b.guest)),
    ha_rules: [...given.ha_rules].sort((a, b) => byText(a.rule, b.rule)),
  };
  const guests = new Map(source.guests.map((g) => [g.guest as string, g]));
  const tags = new Map(source.guests.map((g) => [g.guest as string, splitTags(g.tags)]));
  const { found, problems } = bindings(source, tags, config);
  const groups = [
    ...groupsByTag(tags, config),
    ...configuredGroups(config, source.guests),
    ...source.ha_rules.filter((r) => r.type === 'resource-affinity').map(haGroup),
  ]
    .filter((g) => g.guests.length > 1)
    .sort((a, b) => byText(a.rule, b.rule));
  const groupsOf = new Map<string, RuleGroup[]>();
  for (const group of groups)
    for (const guest of group.guests) groupsOf.set(guest, [...(groupsOf.get(guest) ?? []), group]);
  const nodes = new Map(source.nodes.map((n) => [n.node, n]));
  return { config, crs: source.crs, nodes, guests, tags, groups, groupsOf, bindings: found, problems };
}

/** A guest counts for rules while it runs, or where nothing is known of it but that it is there. */
export function counts(guest: string, ctx: RuleContext): boolean {
  const sample = ctx.guests.get(guest);
  return !sample || (sample.status !== 'stopped' && !sample.template);
}

/** Whether a node can take guests at all. */
export function available(node: string, ctx: RuleContext): boolean {
  const sample = ctx.nodes.get(node);
  return sample?.status === 'online' && !inMaintenance(sample, ctx.config);
}

/** In Proxmox's own maintenance mode: HA itself takes its guests off it, and puts none there. */
export const inMaintenanceOfProxmox = (node: NodeSample): boolean =>
  node.maintenance_of_proxmox ?? (node.maintenance && !node.drained && !node.maintenance_named);

/** Whether the HA manager takes a node to be there; of drains and names in the configuration it knows nothing. */
export function availableToHa(node: string, ctx: RuleContext): boolean {
  const sample = ctx.nodes.get(node);
  return sample?.status === 'online' && !inMaintenanceOfProxmox(sample);
}

/** In Proxmox's own maintenance mode, drained, or named in the configuration. */
export const inMaintenance = (node: NodeSample, config: Config): boolean =>
  node.maintenance || config.automated_migrations.maintenance_nodes.includes(node.node);

/** Whether a node takes part in balancing: online, in no maintenance, and not to be ignored. */
export const takesPart = (node: NodeSample, config: Config): boolean =>
  node.status === 'online' && !inMaintenance(node, config) && !config.nodes[node.node]?.ignore;

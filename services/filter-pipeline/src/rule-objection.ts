import { hours, millis } from '@evenkeel/model';
import type { Candidate, FilterContext } from './filter.ts';
import { compare } from './loads.ts';
import { span } from './quote.ts';

/** Why a rule of the administrator forbids this move; undefined where none does. The seam to the rules that all services share. */
export function ruleObjection(candidate: Candidate, context: FilterContext): string | undefined {
  for (const rule of [ownWish, pin, refusal, containerRestart, haNodes, apart, together]) {
    const objection = rule(candidate, context);
    if (objection) return objection;
  }
  return undefined;
}

type Rule = (candidate: Candidate, context: FilterContext) => string | undefined;

const refusalRemembered = hours(24);

/** Tags, names and pools by which a guest asks to be left alone; a node that is emptied goes away under it all the same. */
const ownWish: Rule = ({ guest, recommendation }, { config }) => {
  if (!guest) return `nothing is known of guest ${recommendation.guest}`;
  if (recommendation.mandatory === 'maintenance' || recommendation.mandatory === 'drain') return undefined;
  const { rules } = config.automated_migrations;
  const asks = guest.tags.find(
    (tag) =>
      tag.startsWith('plb_ignore') || (rules.respect_ignore_tags && (tag === 'ignore' || tag === 'no-auto-migrate')),
  );
  if (asks) return `has tag '${asks}'`;
  if (rules.require_auto_migrate_ok_tag && !guest.tags.includes('auto-migrate-ok'))
    return `lacks tag 'auto-migrate-ok' (whitelist mode)`;
  const ignored = rules.ignore_guests.find((pattern) => matches(pattern, guest.name) || pattern === String(guest.vmid));
  if (ignored) return `is in ignore_guests ('${ignored}')`;
  return guest.pool && rules.ignore_pools.includes(guest.pool)
    ? `its pool '${guest.pool}' is in ignore_pools`
    : undefined;
};

/** `plb_pin_<node>`, several of which are a set; names of nodes that do not exist count for nothing. */
const pin: Rule = ({ guest, recommendation }, { nodes }) => {
  const pins = (guest?.tags ?? []).flatMap((tag) => (tag.startsWith('plb_pin_') ? [tag.slice('plb_pin_'.length)] : []));
  const known = pins.filter((node) => nodes.has(node));
  return known.length === 0 || known.includes(recommendation.target_node)
    ? undefined
    : `is pinned to ${known.join(', ')}, not ${recommendation.target_node}`;
};

/** Proxmox has said that the guest may not go there, and is not asked again every few minutes. */
const refusal: Rule = ({ recommendation }, { moves, now }) => {
  const refused = (moves.get(recommendation.guest) ?? []).findLast(
    ({ how, code, to }) => how === 'refused' && code === 'not_allowed' && to === recommendation.target_node,
  );
  if (!refused || now - millis(refused.at) >= refusalRemembered) return undefined;
  return `Proxmox refused ${refused.to} ${span(now - millis(refused.at))} ago: ${refused.reason ?? 'no reason given'}`;
};

const containerRestart: Rule = ({ recommendation, guest }, { config }) =>
  recommendation.type === 'lxc' &&
  guest?.status === 'running' &&
  !guest.tags.includes('restart-ok') &&
  !config.automated_migrations.rules.allow_container_restarts
    ? 'container would restart (allow_container_restarts is false)'
    : undefined;

type Group = { name: string; members: readonly string[] };

/** Guests of one `exclude_<group>`, `plb_anti_affinity_<group>` or negative HA rule stand on different nodes. */
const apart: Rule = (candidate, context) => {
  const { respect_exclude_affinity } = context.config.automated_migrations.rules;
  const prefixes = [...(respect_exclude_affinity ? ['exclude_'] : []), 'plb_anti_affinity'];
  const groups = groupsOf(candidate, context, prefixes, 'negative');
  if (typeof groups === 'string') return groups;
  const { guest, target_node } = candidate.recommendation;
  for (const { name, members } of groups) {
    const met = members.find((m) => m !== guest && context.placements.get(m) === target_node);
    if (met) return `${name} keeps it apart from ${met} on ${target_node}`;
  }
  return undefined;
};

/** Guests of one `affinity_<group>`, `plb_affinity_<group>` or positive HA rule stay together, or find together. */
const together: Rule = (candidate, context) => {
  const { respect_affinity_rules } = context.config.automated_migrations.rules;
  const prefixes = [...(respect_affinity_rules ? ['affinity_'] : []), 'plb_affinity'];
  const groups = groupsOf(candidate, context, prefixes, 'positive');
  if (typeof groups === 'string') return groups;
  const { guest, source_node, target_node, companions } = candidate.recommendation;
  for (const { name, members } of groups) {
    const others = members.filter((m) => m !== guest && !companions.includes(m));
    const left = others.filter((m) => context.placements.get(m) === source_node);
    const met = others.filter((m) => context.placements.get(m) === target_node);
    if (left.length > met.length) return `${name} keeps it with ${left.join(', ')} on ${source_node}`;
  }
  return undefined;
};

/** A strict HA node-affinity rule names the only nodes that a guest may run on. */
const haNodes: Rule = ({ recommendation }, { run }) => {
  const rule = run.sample.ha_rules.find(
    ({ type, strict, guests, nodes }) =>
      type === 'node-affinity' &&
      strict &&
      guests.includes(recommendation.guest) &&
      !(recommendation.target_node in (nodes ?? {})),
  );
  return (
    rule &&
    `HA rule '${rule.rule}' allows only ${Object.keys(rule.nodes ?? {})
      .sort()
      .join(', ')}`
  );
};

/** The groups of a guest, by tag and by HA rule; a sentence where its tags name a group whose members are not known. */
function groupsOf(
  { guest, recommendation }: Candidate,
  { run }: FilterContext,
  prefixes: readonly string[],
  affinity: 'positive' | 'negative',
): Group[] | string {
  const tags = (guest?.tags ?? []).filter((tag) => prefixes.some((prefix) => tag.startsWith(prefix))).sort();
  if (tags[0] && !run.tags) return `has tag '${tags[0]}', and the tags of the other guests are not known`;
  const tagged = Object.entries(run.tags ?? {}).sort(([a], [b]) => compare(a, b));
  const byTag = tags.map((tag) => ({
    name: `tag '${tag}'`,
    members: tagged.flatMap(([member, theirs]) => (theirs.includes(tag) ? [member] : [])),
  }));
  const byRule = run.sample.ha_rules
    .filter((r) => r.type === 'resource-affinity' && r.affinity === affinity && r.guests.includes(recommendation.guest))
    .map(({ rule, guests }) => ({ name: `HA rule '${rule}'`, members: guests }));
  return [...byTag, ...byRule];
}

/** Whether a name fits a pattern in which `*` stands for anything. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === name;
  if (!name.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

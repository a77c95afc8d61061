import { z } from 'zod';
import type { HaResource, HaRuleRow } from '../port.ts';
import { anyObject, flag, requiredText, split, text, toBoolean, toNumber, words } from './values.ts';

const optionalFlag = z.unknown().optional().transform(toBoolean);

export const haResource = z
  .object({
    sid: requiredText,
    type: text,
    state: text,
    group: text,
    'auto-rebalance': flag(true),
    failback: optionalFlag,
  })
  .transform(
    (row): HaResource => ({
      sid: row.sid,
      type: row.type ?? split(row.sid, ':')[0],
      state: row.state ?? 'started',
      group: row.group,
      auto_rebalance: row['auto-rebalance'],
      ...(row.failback !== undefined && { failback: row.failback }),
    }),
  );

/** `n1:2,n2` as priorities by node; a node without one has 0. */
function priorities(list: string[]): Record<string, number> {
  return Object.fromEntries(
    list.map((entry) => {
      const [node, priority] = split(entry, ':');
      return [node, Math.max(0, toNumber(priority) ?? 0)];
    }),
  );
}

/** A list that is there must be a list of words: one read as empty would bind nobody. */
const isLegible = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((word) => typeof word === 'string'));
const legibleWords = z.unknown().optional().refine(isLegible).pipe(words);

export const haRule = z
  .object({
    rule: requiredText,
    type: requiredText,
    resources: legibleWords,
    nodes: legibleWords,
    strict: optionalFlag,
    affinity: text,
    disable: flag(false),
    errors: anyObject,
  })
  .transform(
    (row): HaRuleRow => ({
      rule: row.rule,
      type: row.type,
      resources: row.resources,
      nodes: row.nodes.length > 0 ? priorities(row.nodes) : undefined,
      strict: row.type === 'node-affinity' ? (row.strict ?? false) : undefined,
      affinity: row.affinity,
      disabled: row.disable || Object.keys(row.errors).length > 0,
    }),
  );

export const haGroup = z.object({
  group: requiredText,
  nodes: legibleWords,
  restricted: flag(false),
  nofailback: flag(false),
});

/** A group of PVE 8 is a node-affinity rule of PVE 9 over the resources that name it. */
export function rulesOfGroups(groups: z.output<typeof haGroup>[], resources: HaResource[]): HaRuleRow[] {
  return groups.map(({ group, nodes, restricted, nofailback }) => ({
    rule: group,
    type: 'node-affinity',
    resources: resources.filter((resource) => resource.group === group).map(({ sid }) => sid),
    nodes: priorities(nodes),
    strict: restricted,
    failback: !nofailback,
    disabled: false,
  }));
}

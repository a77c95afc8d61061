import type { HaRule } from '@evenkeel/contracts';
import { byText } from '@evenkeel/model';
import type { HaRuleRow } from '@evenkeel/proxmox';
import { guestOfSid } from './guest-of.ts';

/** The rules in force; kinds that this version of Evenkeel does not know are named among the problems instead. */
export function haRules(rows: readonly HaRuleRow[]): { rules: HaRule[]; problems: string[] } {
  const inForce = rows.filter(({ disabled }) => !disabled);
  const isKnown = ({ type }: HaRuleRow): boolean => type === 'node-affinity' || type === 'resource-affinity';
  const rules = inForce.filter(isKnown).map(
    ({ rule, type, resources, nodes, strict, affinity }): HaRule => ({
      rule,
      type: type as HaRule['type'],
      guests: resources.flatMap((sid) => guestOfSid(sid) ?? []).sort(byText),
      ...(nodes && { nodes }),
      ...(strict !== undefined && { strict }),
      ...((affinity === 'positive' || affinity === 'negative') && { affinity }),
    }),
  );
  const problems = inForce
    .filter((row) => !isKnown(row))
    .map(({ rule, type }) => `HA rule ${rule} is of a kind that is not understood: ${type}.`);
  return { rules: rules.sort((a, b) => byText(a.rule, b.rule)), problems };
}

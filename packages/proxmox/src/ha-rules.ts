import type { HaRule } from '@evenkeel/contracts';
import { guestOfSid } from './guest-of-sid.ts';
import type { HaRuleRow } from './port.ts';

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Why a rule of a known kind binds less than it says. */
function lacksOf({ type, resources, affinity }: HaRuleRow): string[] {
  const others = resources.filter((sid) => guestOfSid(sid) === undefined).length;
  const isNamed = affinity === 'positive' || affinity === 'negative';
  const lame = !isNamed && (type === 'resource-affinity' || affinity !== undefined);
  return [
    ...(others > 0 ? [`of its resources ${others} ${others === 1 ? 'is' : 'are'} no guest`] : []),
    ...(lame ? ['it is neither positive nor negative'] : []),
  ];
}

/** The rules in force; kinds that this version of Evenkeel does not know are named among the problems instead. */
export function haRules(rows: readonly HaRuleRow[]): { rules: HaRule[]; problems: string[] } {
  const inForce = rows.filter(({ disabled }) => !disabled);
  const isKnown = ({ type }: HaRuleRow): boolean => type === 'node-affinity' || type === 'resource-affinity';
  const rules = inForce.filter(isKnown).map(
    ({ rule, type, resources, nodes, strict, failback, affinity }): HaRule => ({
      rule,
      type: type as HaRule['type'],
      guests: resources.flatMap((sid) => guestOfSid(sid) ?? []).sort(byText),
      ...(nodes && { nodes }),
      ...(strict !== undefined && { strict }),
      ...(failback !== undefined && { failback }),
      ...((affinity === 'positive' || affinity === 'negative') && { affinity }),
    }),
  );
  const problems = inForce.flatMap((row) =>
    isKnown(row)
      ? lacksOf(row).map((lack) => `HA rule ${row.rule} could not be read wholly: ${lack}.`)
      : [`HA rule ${row.rule} is of a kind that is not understood: ${row.type}.`],
  );
  return { rules: rules.sort((a, b) => byText(a.rule, b.rule)), problems };
}

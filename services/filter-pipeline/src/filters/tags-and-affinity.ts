import { boundElsewhere, hours, millis, suitsResidents, waiverOf, wishToStay } from '@evenkeel/model';
import { type Candidate, type Filter, type FilterContext, filtered, passed } from '../filter.ts';
import { span } from '../quote.ts';

const refusalRemembered = hours(24);

/** What administrators have said about a guest, by tags or rules, and what Proxmox has, is never overruled. */
export const tagsAndAffinity: Filter = (candidate, context) => {
  const { guest, target_node, companions } = candidate.recommendation;
  const { rules, placements } = context;
  const objection =
    wishToStay(guest, rules, waiverOf(candidate.recommendation)) ??
    boundElsewhere(guest, target_node, rules) ??
    suitsResidents(guest, target_node, placements, rules, companions) ??
    refusal(candidate, context);
  return objection ? filtered(objection) : passed('no tag, pool or rule objects');
};

/** Proxmox has said that the guest may not go there, and is not asked again every few minutes. */
function refusal({ recommendation }: Candidate, { moves, now }: FilterContext): string | undefined {
  const refused = (moves.get(recommendation.guest) ?? []).findLast(
    ({ how, code, to }) => how === 'refused' && code === 'not_allowed' && to === recommendation.target_node,
  );
  if (!refused || now - millis(refused.at) >= refusalRemembered) return undefined;
  return `Proxmox refused ${refused.to} ${span(now - millis(refused.at))} ago: ${refused.reason ?? 'no reason given'}`;
}

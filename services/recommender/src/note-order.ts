import type { Recommendation } from '@evenkeel/contracts';

/** Earlier moves that are named, the nearest; a plan that leans on more is not told apart from one that leans on these. */
const mostNamed = 24;

/** Names for each recommendation the moves before it that touch one of its nodes, and that its prediction so takes as made. */
export function noteOrder(recommendations: readonly Recommendation[]): Recommendation[] {
  return recommendations.map((r, i) => {
    if (r.mandatory) return r;
    const nodes = [r.source_node, r.target_node];
    const before = recommendations
      .slice(0, i)
      .filter((b) => nodes.includes(b.source_node) || nodes.includes(b.target_node))
      .slice(-mostNamed)
      .map(({ guest, target_node }) => ({ guest, target_node }));
    return before.length === 0 ? r : { ...r, planned_after: before };
  });
}

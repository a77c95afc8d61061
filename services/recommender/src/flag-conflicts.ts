import type { Recommendation } from '@evenkeel/contracts';
import type { Caps } from '@evenkeel/model';

const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`;

function conflictOf(r: Recommendation, earlier: ReadonlySet<string>, caps: Caps): string | undefined {
  if (earlier.has(r.guest)) return `${r.guest} has an earlier recommendation in this run`;
  const { cpu, mem } = r.effect.target_after;
  if (cpu > caps.cpu)
    return `with those before it, it would bring ${r.target_node} to ${percent(cpu)} CPU, above ${percent(caps.cpu)}`;
  if (mem > caps.mem)
    return `with those before it, it would bring ${r.target_node} to ${percent(mem)} memory, above ${percent(caps.mem)}`;
  return undefined;
}

/** Flags what cannot go together with the better recommendations before it: the same guest again, or a target over its cap. */
export function flagConflicts(recommendations: readonly Recommendation[], caps: Caps): Recommendation[] {
  const seen = new Set<string>();
  return recommendations.map((r) => {
    const conflict = conflictOf(r, seen, caps);
    seen.add(r.guest);
    return conflict === undefined ? r : { ...r, has_conflict: true, conflict_reason: conflict };
  });
}

import type { Config, Convergence, NodeScore } from '@evenkeel/contracts';

const mostNamed = 3;
const points = (n: number): string => n.toFixed(1);

/** Distance of the highest from the lowest penalty, meant over the hours of the day: nodes alike on average may peak in turn. */
function spreadOf(scores: readonly NodeScore[]): number {
  if (scores.length === 0) return 0;
  const apart = (at: (s: NodeScore) => number) => Math.max(...scores.map(at)) - Math.min(...scores.map(at));
  if (!scores.some((s) => s.hourly_penalty)) return apart((s) => s.penalty);
  let sum = 0;
  for (let h = 0; h < 24; h++) sum += apart((s) => s.hourly_penalty?.[h] ?? s.penalty);
  return Math.max(
    sum / 24,
    apart((s) => s.penalty),
  );
}

/** Whether the nodes are so much alike, and all below their thresholds, that nothing need move. */
export function converge(scores: readonly NodeScore[], config: Config): Convergence {
  const threshold = config.penalty_config.cluster_convergence_threshold;
  const spread = spreadOf(scores);
  const over = scores.filter((s) => s.exceeded.length > 0);
  const converged = spread <= threshold && over.length === 0;
  const said = `penalties ${points(spread)} points apart, up to ${points(threshold)} are tolerated`;
  const more = over.length > mostNamed ? `, and ${over.length - mostNamed} more nodes` : '';
  const named = over.slice(0, mostNamed).map((s) => `${s.node} over its threshold for ${s.exceeded.join(' and ')}`);
  const hot = `${named.join(', ')}${more}`;
  return { spread, threshold, converged, reason: hot === '' ? said : `${said}; ${hot}` };
}

import type { Config, Convergence, NodeScore } from '@evenkeel/contracts';

const points = (n: number): string => n.toFixed(1);

/** Whether the nodes are so much alike, and all below their thresholds, that nothing need move. */
export function converge(scores: readonly NodeScore[], config: Config): Convergence {
  const threshold = config.penalty_config.cluster_convergence_threshold;
  const penalties = scores.map((s) => s.penalty);
  const spread = scores.length > 0 ? Math.max(...penalties) - Math.min(...penalties) : 0;
  const over = scores.filter((s) => s.exceeded.length > 0);
  const converged = spread <= threshold && over.length === 0;
  const said = `penalties ${points(spread)} points apart, up to ${points(threshold)} are tolerated`;
  const hot = over.map((s) => `${s.node} over its threshold for ${s.exceeded.join(' and ')}`).join(', ');
  return { spread, threshold, converged, reason: hot === '' ? said : `${said}; ${hot}` };
}

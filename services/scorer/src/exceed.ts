import type { Baseline, Config, NodeSample, NodeScore } from '@evenkeel/contracts';

type Load = { cpu: number; mem: number };
type Metric = NodeScore['exceeded'][number];
export type Exceeded = { exceeded: Metric[]; note?: string };

const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`;

function seasonal(
  metric: 'cpu' | 'mem',
  value: number,
  usual: Baseline,
  limit: number,
): { keep: boolean; note: string } {
  const [mean, sd, sigma] =
    metric === 'cpu'
      ? [usual.cpu_mean, usual.cpu_sd, usual.cpu_sigma]
      : [usual.mem_mean, usual.mem_sd, usual.mem_sigma];
  const name = metric === 'cpu' ? 'CPU' : 'memory';
  if (!usual.founded)
    return { keep: true, note: `${name}: ${usual.days} days are too few to know what is usual at this hour` };
  const said = `${name} ${percent(value)} against ${percent(mean)} ± ${percent(sd)} usual at this hour (${usual.days} days)`;
  return sigma > limit
    ? { keep: true, note: `${said}: ${sigma.toFixed(1)} deviations, beyond ${limit}` }
    : { keep: false, note: `${said}: expected` };
}

/** Which thresholds a node is over; where the seasonal baseline is on, a high reading that is usual at this hour does not count. */
export function exceeded(load: Load, node: NodeSample, usual: Baseline, config: Config): Exceeded {
  const limits = config.recommendation_thresholds;
  const { enabled, sigma_threshold } = config.penalty_config.seasonal_baseline;
  const over: Metric[] = [];
  const notes: string[] = [];
  const readings = { cpu: node.cpu, mem: node.mem / Math.max(1, node.maxmem) };
  for (const metric of ['cpu', 'mem'] as const) {
    if (load[metric] * 100 <= limits[metric]) continue;
    const verdict = enabled ? seasonal(metric, readings[metric], usual, sigma_threshold) : undefined;
    if (verdict) notes.push(verdict.note);
    if (verdict?.keep ?? true) over.push(metric);
  }
  if ((node.iowait ?? 0) * 100 > limits.iowait) over.push('iowait');
  return notes.length > 0 ? { exceeded: over, note: notes.join('; ') } : { exceeded: over };
}

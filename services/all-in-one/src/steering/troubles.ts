import type { Config } from '@evenkeel/contracts';
import { oldestSample } from '@evenkeel/model';
import { noneRuns } from './not-running.ts';
import type { ClusterStatus } from './read-status.ts';

/** Samples that may be late before anybody is told, and for how long at the least. */
const mayMiss = 3;
const shortest_ms = 60_000;

type Looked = Pick<ClusterStatus, 'not_running' | 'sample_age_ms' | 'config'>;

/** What keeps a cluster from being looked after although nobody asked for that; none where all is well. */
export function troubles({ not_running, sample_age_ms, config }: Looked): string[] {
  if (noneRuns(not_running)) return ['no service runs here'];
  const idle = not_running.map(
    ({ service, streams }) => `${service} does not run here: nothing takes ${streams.join(' and ')}`,
  );
  return [...idle, ...(config ? staleness(sample_age_ms, config) : [])];
}

function staleness(age_ms: number | null, { collection }: Config): string[] {
  if (age_ms === null) return ['no sample was ever taken: does the collector run?'];
  if (age_ms <= Math.max(shortest_ms, mayMiss * 1000 * collection.sample_interval_seconds)) return [];
  const age = age_ms < 120_000 ? `${Math.round(age_ms / 1000)} s` : `${Math.round(age_ms / 60_000)} min`;
  const most = `nothing moves on one older than ${oldestSample / 60_000} min`;
  return [`the last sample is ${age} old: the collector does not run, or does not reach Proxmox; ${most}`];
}

import type { Config } from '@evenkeel/contracts';

/** However fast the administrator lets Evenkeel read, a sample does not wait for more than this. */
const mostRequests = 120;

/** Requests that one sample may spend on configurations and on the past. */
export function requestsPerSample({ collection }: Config): number {
  const rate = collection.backfill_requests_per_second * collection.sample_interval_seconds;
  return Math.max(2, Math.min(mostRequests, Math.floor(rate)));
}

import { randomBytes } from 'node:crypto';
import type { Bus } from '@evenkeel/bus';
import type { Store } from '@evenkeel/store';
import type { ConfigSource } from './config-source.ts';
import type { Log, Service } from './define-service.ts';
import { createMetrics } from './metrics.ts';
import { start } from './start.ts';
import { plainTracing } from './tracing.ts';

export type RebuildOptions = {
  bus: Bus;
  store: Store;
  configs: ConfigSource;
  cluster: string;
  log: Log;
  /** As of whoever runs the services: what they would not believe is not built in again. */
  wall?: () => number;
};

/**
 * Empties what the store holds of a cluster and builds it again from the streams, through the services' own handlers: up to what
 * each had acknowledged, and without saying anything. Safe beside services that run: they notice and do the same. Services that
 * speak with Proxmox are left to themselves: what they know is in the ledger and in Proxmox.
 */
export async function rebuild(services: readonly Service[], options: RebuildOptions): Promise<void> {
  const { store, cluster } = options;
  await store.forget(cluster);
  const started = await start(
    services.filter(({ uses }) => uses?.proxmox === undefined),
    {
      ...options,
      clusters: [cluster],
      proxmox: () => {
        throw new Error('nothing is asked of Proxmox while building again');
      },
      metrics: createMetrics('rebuild', { process: false }),
      tracing: plainTracing((bytes) => randomBytes(bytes).toString('hex')),
      machine_now: () => Date.now(),
      instance: `rebuild-${randomBytes(4).toString('hex')}`,
      timers: 'manual',
      recall_only: true,
    },
  );
  await started.stop();
}

import {
  activeConfig,
  clustersInForce,
  createLog,
  openBus,
  openConfigSource,
  openStore,
  rebuild,
} from '@evenkeel/runtime';
import type { Command } from 'commander';
import { services } from '../services.ts';
import type { BusOptions } from './cluster-bus.ts';
import { UsageError } from './fail.ts';
import { readEnvironment } from './read-setup.ts';
import { withConfig } from './steering-options.ts';

export function addRebuild(program: Command): void {
  withConfig(program.command('rebuild'))
    .description(
      'empties Redis of a cluster and builds what services remember again from NATS; nothing is said twice. Services notice an emptied Redis by themselves: this is for one that holds something wrong',
    )
    .option('--cluster <name>', 'by default every cluster')
    .action(rebuildAll);
}

async function rebuildAll(options: BusOptions & { cluster?: string }): Promise<void> {
  const settings = readEnvironment(process.env, options.config);
  if ([settings.nats_url, settings.redis_url].includes('memory:'))
    throw new UsageError('set EVENKEEL_NATS_URL and EVENKEEL_REDIS_URL: what is in memory goes with its process');
  const bus = await openBus(settings, 'rebuild');
  try {
    const config = await activeConfig(bus.ledger);
    if (!config) throw new Error('no service has started on this NATS yet: there is nothing to build again');
    const known = await clustersInForce(bus.ledger);
    if (options.cluster !== undefined && !known.includes(options.cluster))
      throw new UsageError(`no cluster ${JSON.stringify(options.cluster)}; there is ${known.join(', ')}`);
    const store = await openStore(settings);
    try {
      const configs = await openConfigSource(bus.ledger, config);
      const log = createLog(settings.log_level, { svc: 'rebuild' });
      for (const cluster of options.cluster === undefined ? known : [options.cluster]) {
        const began = performance.now();
        await rebuild(services, { bus, store, configs, cluster, log, wall: Date.now });
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        process.stdout.write(`cluster ${cluster}: built again from the streams in ${seconds} s\n`);
      }
    } finally {
      await store.close();
    }
  } finally {
    await bus.close();
  }
}

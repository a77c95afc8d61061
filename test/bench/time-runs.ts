import { createMemoryBus } from '@evenkeel/bus';
import {
  Config,
  type ConfigInput,
  clusterSampled,
  migrationCompleted,
  migrationStarted,
  recommended,
} from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import { createMetrics, envelope, openConfigSource, plainTracing, type Service, start } from '@evenkeel/runtime';
import { scorer } from '@evenkeel/scorer';
import { createMemoryStore } from '@evenkeel/store';
import { largeSample, type Size } from './large-sample.ts';

const engine: readonly Service[] = [profiler, scorer, recommender, filterPipeline, outcomeTracker];

export type Timed = { ms: number[]; moves: number; rss_mib: number; largest: Record<string, number> };

/** Plays runs through the whole engine in this process; a move that is approved has happened by the next run. */
export async function timeRuns(size: Size, runs: number, gzip?: (text: string) => number): Promise<Timed> {
  const bus = createMemoryBus({ max_payload: Number.POSITIVE_INFINITY });
  const config = Config.parse({ ...recommended, clusters: [{ name: 'large', hosts: ['x'] }] } satisfies ConfigInput);
  const configs = await openConfigSource(bus.ledger, config);
  const { revision } = configs.current();
  await start(engine, {
    bus,
    store: createMemoryStore(),
    configs,
    clusters: ['large'],
    proxmox: () => {
      throw new Error('not used');
    },
    metrics: createMetrics('bench', { process: false }),
    tracing: plainTracing((n) => '1'.repeat(n * 2)),
    log: { debug() {}, info() {}, warn: console.warn, error: console.error },
    machine_now: () => 0,
    instance: 'bench',
    timers: 'manual',
  });
  const say = async (event: Parameters<typeof envelope>[0], data: never, time: string): Promise<void> => {
    const circumstances = { service: 'bench', cluster: 'large', trace: '00-1-1-01', config_revision: revision };
    await bus.publish(envelope(event, event.of(data, time), circumstances));
    await bus.settled();
  };
  const placement = new Map<string, string>();
  const largest: Record<string, number> = {};
  let from = 1;
  let moves = 0;
  const ms: number[] = [];
  for (let step = 0; step < runs; step++) {
    const sample = largeSample(size, step, revision, placement);
    const began = performance.now();
    await say(clusterSampled, sample as never, sample.at);
    ms.push(performance.now() - began);
    for await (const { event, sequence } of bus.read('decisions', ['evenkeel.v1.decisions.large.>'], from)) {
      from = sequence + 1;
      if (gzip) note(largest, event.type, Buffer.byteLength(JSON.stringify(event.data)));
      if (!event.type.includes('migration.approved')) continue;
      const { migration } = event.data as { migration: { guest: string; target_node: string } };
      placement.set(migration.guest, migration.target_node);
      moves += 1;
      const upid = 'UPID:bench';
      await say(migrationStarted, { migration, started_at: sample.at, upid, adopted: false } as never, sample.at);
      await say(
        migrationCompleted,
        { migration, started_at: sample.at, completed_at: sample.at, upid, warnings: [] } as never,
        sample.at,
      );
    }
    if (gzip) {
      for (const name of ['cluster.sampled', 'cluster.profiled', 'cluster.scored', 'recommendations.generated']) {
        const last = await bus.last('telemetry', `evenkeel.v1.telemetry.large.${name}`);
        if (last) note(largest, last.event.type, gzip(JSON.stringify(last.event.data)));
      }
    }
  }
  return { ms, moves, rss_mib: process.memoryUsage.rss() / 2 ** 20, largest };
}

function note(largest: Record<string, number>, type: string, bytes: number): void {
  largest[type] = Math.max(largest[type] ?? 0, bytes);
}

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, connectNats } from '@evenkeel/bus';
import {
  type AnyEvent,
  Config,
  clusterSampled,
  historyBackfilled,
  migrationApproved,
  migrationCompleted,
  migrationStarted,
  recommended,
  type Said,
} from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import {
  envelope,
  type Metrics,
  openConfigSource,
  rebuild,
  type Service,
  type Started,
  start,
} from '@evenkeel/runtime';
import { plainSurroundings } from '@evenkeel/runtime/test';
import { scorer } from '@evenkeel/scorer';
import { findServers, startNats, startRedis } from '@evenkeel/servers';
import { connectRedis } from '@evenkeel/store';
import { clusterName, largeSample, type Size, weekBefore } from './large-sample.ts';

const engine: readonly Service[] = [profiler, scorer, recommender, filterPipeline, outcomeTracker];
const interval_s = 30;
const perRun = 10;

export type Rebuilt = {
  /** From an emptied Redis until all is known again, one process for all services: by the clock, and of its processor. */
  seconds: number;
  cpu_seconds: number;
  samples: number;
  decisions: number;
};

const quiet = { debug() {}, info() {}, warn() {}, error: console.error };

/** Lets a cluster of this size run for so many hours on real servers, empties Redis, and times the way back; null without servers. */
export async function timeRebuild(size: Size, hours: number): Promise<Rebuilt | null> {
  const { nats, redis } = await findServers();
  if (!nats || !redis) return null;
  const dir = await mkdtemp(join(tmpdir(), 'evenkeel-rebuild-'));
  const servers = [
    await startNats({ binary: nats, dir: join(dir, 'nats') }),
    await startRedis({ binary: redis, dir: join(dir, 'redis') }),
  ] as const;
  try {
    return await timed(size, hours, { nats: servers[0].url, redis: servers[1].url });
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    await rm(dir, { recursive: true, force: true });
  }
}

async function timed(size: Size, hours: number, urls: { nats: string; redis: string }): Promise<Rebuilt> {
  const bus = await connectNats({ servers: urls.nats, name: 'bench' });
  const store = await connectRedis({ url: urls.redis });
  const config = Config.parse({ ...recommended, clusters: [{ name: clusterName, hosts: ['none'] }] });
  const configs = await openConfigSource(bus.ledger, config);
  const around = plainSurroundings({ bus, store, configs, clusters: [clusterName], log: quiet });
  const started = await start(engine, around);
  const samples = await live(size, hours, {
    bus,
    revision: configs.current().revision,
    started,
    metrics: around.metrics,
  });
  await started.stop();
  const began = performance.now();
  const cpu = process.cpuUsage();
  await rebuild(engine, { bus, store, configs, cluster: clusterName, log: quiet });
  const used = process.cpuUsage(cpu);
  const decisions = await countOf(bus);
  const seconds = (performance.now() - began) / 1000;
  await store.close();
  await bus.close();
  return { seconds, cpu_seconds: (used.user + used.system) / 1e6, samples, decisions };
}

type Living = { bus: Bus; revision: string; started: Started; metrics: Metrics };

/** A week told at once, then sample after sample; what is approved has happened by the next. */
async function live(size: Size, hours: number, living: Living): Promise<number> {
  const { bus, revision } = living;
  const circumstances = { service: 'bench', cluster: clusterName, trace: '00-1-1-01', config_revision: revision };
  const say = async (event: AnyEvent, said: Said): Promise<void> => {
    await bus.publish(envelope(event, said, circumstances));
  };
  for (const past of weekBefore(size)) await say(historyBackfilled, historyBackfilled.of(past, past.at));
  const placement = new Map<string, string>();
  const samples = Math.round((hours * 3600) / interval_s);
  let from = 1;
  for (let n = 0; n < samples; n++) {
    const sample = sampleAt(n, size, revision, placement);
    await say(clusterSampled, clusterSampled.of(sample, sample.at));
    if (n % perRun !== perRun - 1) continue;
    await caughtUp(living);
    for await (const { event, sequence } of bus.read(
      'decisions',
      [`evenkeel.v1.decisions.${clusterName}.migration.approved.>`],
      from,
    )) {
      from = sequence + 1;
      const { migration } = migrationApproved.data.parse(event.data);
      placement.set(migration.guest, migration.target_node);
      const about = { migration, started_at: sample.at, upid: `UPID:${migration.migration_id}` };
      await say(migrationStarted, migrationStarted.of({ ...about, adopted: false }, sample.at));
      await say(
        migrationCompleted,
        migrationCompleted.of({ ...about, completed_at: sample.at, warnings: [] }, sample.at),
      );
    }
  }
  await caughtUp(living);
  return samples;
}

function sampleAt(n: number, size: Size, revision: string, placement: Map<string, string>) {
  const sample = largeSample(size, Math.floor(n / perRun), revision, placement);
  const at = new Date(Date.parse(sample.at) + (n % perRun) * interval_s * 1000).toISOString();
  const { run, ...rest } = sample;
  return { ...rest, at, sequence: n + 1, ...(n % perRun === 0 && run ? { run } : {}) };
}

/** Until nothing has waited for any service for a while. */
async function caughtUp({ started, metrics }: Living): Promise<void> {
  for (let still = 0; still < 5; await sleep(100)) {
    await started.refresh();
    const { values } = await metrics.lag.get();
    still = values.every(({ value }) => value === 0) ? still + 1 : 0;
  }
}

async function countOf(bus: Bus): Promise<number> {
  let count = 0;
  for await (const _ of bus.read('decisions', [`evenkeel.v1.decisions.${clusterName}.>`])) count += 1;
  return count;
}

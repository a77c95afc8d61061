import { gzipSync } from 'node:zlib';
import { openReplay } from '@evenkeel/all-in-one/replay';
import type { MemoryBus } from '@evenkeel/bus';
import {
  type ApprovedMigration,
  Config,
  clusterSampled,
  historyBackfilled,
  migrationApproved,
  migrationCompleted,
  migrationStarted,
  recommended,
  type Said,
} from '@evenkeel/contracts';
import { clusterName, largeSample, type Size, weekBefore } from './large-sample.ts';

const runEvents = ['cluster.sampled', 'cluster.profiled', 'cluster.scored', 'recommendations.generated'];

export type Timed = {
  /** Milliseconds of each run after the warm-up: by the clock, and of this thread's processor time. */
  ms: number[];
  cpu_ms: number[];
  moves: number;
  /** Largest telemetry event as it would travel, KiB gzipped. */
  largest_kib: number;
};

/**
 * Plays runs through the whole engine in this process, on memory adapters: guests with a week of history, part of them
 * concluded anew in each run. A move that is approved has happened by the next run.
 */
export async function timeRuns(size: Size, { runs, warmup }: { runs: number; warmup: number }): Promise<Timed> {
  const { bus, say, revision } = await openEngine();
  for (const past of weekBefore(size)) await say(historyBackfilled.of(past, past.at));
  const placement = new Map<string, string>();
  const timed: Timed = { ms: [], cpu_ms: [], moves: 0, largest_kib: 0 };
  let from = 1;
  for (let step = 0; step < warmup + runs; step++) {
    const sample = largeSample(size, step, revision, placement);
    const began = performance.now();
    const cpu = process.threadCpuUsage();
    await say(clusterSampled.of(sample, sample.at));
    const used = process.threadCpuUsage(cpu);
    if (step >= warmup) {
      timed.ms.push(performance.now() - began);
      timed.cpu_ms.push((used.user + used.system) / 1000);
    }
    const moves = await approvedSince(bus, from);
    for (const { migration } of moves.approved) await move(migration, sample.at, { say, placement });
    timed.moves += moves.approved.length;
    from = moves.next;
    if (step % 20 === 0) timed.largest_kib = Math.max(timed.largest_kib, await largestEvent(bus));
  }
  return timed;
}

type Say = (said: Said) => Promise<void>;

async function openEngine(): Promise<{ bus: MemoryBus; say: Say; revision: string }> {
  const config = Config.parse({ ...recommended, clusters: [{ name: clusterName, hosts: ['none'] }] });
  const { bus, configs, say } = await openReplay(clusterName, config, []);
  const { revision } = configs.current();
  return { bus, say: (said) => say(said, revision), revision };
}

async function approvedSince(bus: MemoryBus, from: number) {
  const approved: { migration: ApprovedMigration }[] = [];
  let next = from;
  for await (const { event, sequence } of bus.read('decisions', [`evenkeel.v1.decisions.${clusterName}.>`], from)) {
    next = sequence + 1;
    if (event.type.includes('migration.approved')) approved.push(migrationApproved.data.parse(event.data));
  }
  return { approved, next };
}

async function move(
  migration: ApprovedMigration,
  at: string,
  { say, placement }: { say: Say; placement: Map<string, string> },
): Promise<void> {
  placement.set(migration.guest, migration.target_node);
  const about = { migration, started_at: at, upid: `UPID:bench:${migration.migration_id}` };
  await say(migrationStarted.of({ ...about, adopted: false }, at));
  await say(migrationCompleted.of({ ...about, completed_at: at, warnings: [] }, at));
}

async function largestEvent(bus: MemoryBus): Promise<number> {
  const last = await Promise.all(
    runEvents.map((name) => bus.last('telemetry', `evenkeel.v1.telemetry.${clusterName}.${name}`)),
  );
  return Math.max(...last.map((stored) => gzipSync(JSON.stringify(stored?.event.data ?? null)).length / 1024));
}

/** The smallest value that at least this share (0..1) of all are not above. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

import { createMemoryBus } from '@evenkeel/bus';
import {
  type AnyEvent,
  type ApprovedMigration,
  Config,
  type ConfigInput,
  clusterSampled,
  events,
  migrationApproved,
  type Said,
} from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import { createMetrics, envelope, openConfigSource, plainTracing, type Service, start } from '@evenkeel/runtime';
import { scorer } from '@evenkeel/scorer';
import { createMemoryStore } from '@evenkeel/store';
import { playExecutor } from './play-executor.ts';
import type { InitLine, Move, StepLine } from './protocol.ts';
import { benchCluster, sampleOfStep } from './sample-of-step.ts';

const services: readonly Service[] = [profiler, scorer, recommender, filterPipeline, outcomeTracker];
const silent = {
  debug() {},
  info() {},
  warn() {},
  error: (fields: object, message: string) => console.error(message, fields),
};

/** The real services on memory adapters; the benchmark is their collector and their executor. */
export async function createBenchEngine(init: InitLine, preset: ConfigInput) {
  const acting = Config.parse(configOf(init, preset));
  const watching = Config.parse({ ...acting, automated_migrations: { ...acting.automated_migrations, dry_run: true } });
  const bus = createMemoryBus({ wait: async () => {}, max_payload: Number.POSITIVE_INFINITY });
  const store = createMemoryStore();
  const configs = await openConfigSource(bus.ledger, acting);
  const revisions = { acting: configs.current().revision, watching: await configs.change(watching) };
  await start(services, {
    bus,
    store,
    configs,
    clusters: [benchCluster],
    proxmox: () => {
      throw new Error('the benchmark has no Proxmox');
    },
    metrics: createMetrics('bench', { process: false }),
    tracing: plainTracing((bytes) => '1'.repeat(bytes * 2)),
    log: silent,
    machine_now: () => 0,
    instance: benchCluster,
    timers: 'manual',
  });
  const approved: ApprovedMigration[] = [];
  await bus.consume(
    { stream: 'decisions', durable: 'bench', subjects: [`evenkeel.v1.decisions.${benchCluster}.migration.approved.*`] },
    async (delivery) => {
      if ('event' in delivery) approved.push(migrationApproved.data.parse(delivery.event.data).migration);
      await delivery.ack();
    },
  );
  const open = new Map<number, ApprovedMigration>();
  const say = async (said: Said, revision: string): Promise<void> => {
    const event = (events as readonly AnyEvent[]).find((e) => e.name === said.name)!;
    const trace = '00-11111111111111111111111111111111-1111111111111111-01';
    await bus.publish(
      envelope(event, said, { service: 'bench', cluster: benchCluster, trace, config_revision: revision }),
    );
    await bus.settled();
  };
  return {
    /** Handles one step and answers with the moves that were approved since the one before. */
    step: async (line: StepLine): Promise<Move[]> => {
      const revision = line.act ? revisions.acting : revisions.watching;
      for (const said of playExecutor(line, open)) await say(said, revision);
      const sample = sampleOfStep(line, revision);
      await say(clusterSampled.of(sample, sample.at), revision);
      const moves = approved.splice(0);
      for (const migration of moves) open.set(migration.vmid, migration);
      return moves.map(({ vmid, target_node }) => ({ vmid, target: target_node }));
    },
  };
}

/** Concurrency and link come from `init`: the harness keeps the queue, so that a step may be given all that fits into it. */
function configOf(init: InitLine, preset: ConfigInput): ConfigInput {
  const interval = init.intervalSeconds / 60;
  const automated = preset.automated_migrations ?? {};
  return {
    ...preset,
    clusters: [{ name: benchCluster, hosts: ['bench'] }],
    cost_model: {
      ...preset.cost_model,
      link_mib_per_second: init.migration.linkBytesPerSecond / 1048576,
      overhead_seconds: 0,
    },
    automated_migrations: {
      ...automated,
      check_interval_minutes: interval,
      rules: {
        ...automated.rules,
        max_concurrent_migrations: Math.min(50, Math.round(init.limits.maxConcurrentMigrations * interval)),
        approval_expiry_minutes: interval,
        grace_period_seconds: 0,
      },
    },
  };
}

import {
  type ApprovedMigration,
  Config,
  type ConfigInput,
  clusterSampled,
  migrationApproved,
} from '@evenkeel/contracts';
import { openReplay } from '../replay/open-replay.ts';
import { playExecutor } from './play-executor.ts';
import type { InitLine, Move, StepLine } from './protocol.ts';
import { benchCluster, sampleOfStep } from './sample-of-step.ts';

/** The real services on memory adapters; the benchmark is their collector and their executor. */
export async function createBenchEngine(init: InitLine, preset: ConfigInput) {
  const acting = Config.parse(configOf(init, preset));
  const watching = Config.parse({ ...acting, automated_migrations: { ...acting.automated_migrations, dry_run: true } });
  const { configs, say, heard } = await openReplay(benchCluster, acting, [migrationApproved]);
  const revisions = { acting: configs.current().revision, watching: await configs.change(watching) };
  const open = new Map<number, ApprovedMigration>();
  return {
    /** Handles one step and answers with the moves that were approved since the one before. */
    step: async (line: StepLine): Promise<Move[]> => {
      const revision = line.act ? revisions.acting : revisions.watching;
      for (const said of playExecutor(line, open)) await say(said, revision);
      const sample = sampleOfStep(line, revision);
      await say(clusterSampled.of(sample, sample.at), revision);
      const moves = heard().map(({ data }) => (data as { migration: ApprovedMigration }).migration);
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

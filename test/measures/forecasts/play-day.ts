import { createWorld, type Trace, traceCluster, type World } from '@evenkeel/all-in-one/backtest';
import { openReplay, type Replay } from '@evenkeel/all-in-one/replay';
import {
  type ApprovedMigration,
  type ClusterSample,
  Config,
  clusterSampled,
  type DataOf,
  migrationApproved,
  migrationCompleted,
  migrationStarted,
  type Outcome,
  outcomeRecorded,
  type Recommendation,
  recommendationsGenerated,
  recommended,
} from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';

export type Setting = { start: 'roundrobin' | 'skewed'; load: number };

/** What a run recommended at a step, and where each guest is once that and all that was planned before it is done. */
export type Candidate = { step: number; recommendation: Recommendation; placements: Record<string, string> };

/** What a replay leaves to be judged: samples as recorded, where each guest was at each of them, and what was said. */
export type PlayedDay = {
  samples: ClusterSample[];
  placed: Record<string, string>[];
  candidates: Candidate[];
  outcomes: Outcome[];
  prices: Config['penalty_config'];
};

type Stage = { replay: Replay; revision: string; world: World; played: PlayedDay };

const upidOf = ({ source_node, migration_id }: ApprovedMigration): string => `UPID:${source_node}:${migration_id}:`;

/** Begins what was approved, and notes what else was said. */
async function heed({ replay, revision, world, played }: Stage, now: number): Promise<void> {
  const at = iso(now);
  for (const { name, data } of replay.heard())
    if (name === recommendationsGenerated.name) {
      const step = played.placed.length - 1;
      let { recommendations, placements } = data as DataOf<typeof recommendationsGenerated>;
      for (const recommendation of recommendations) {
        placements = { ...placements, [recommendation.guest]: recommendation.target_node };
        played.candidates.push({ step, recommendation, placements });
      }
    } else if (name === outcomeRecorded.name) {
      played.outcomes.push((data as DataOf<typeof outcomeRecorded>).outcome);
    } else {
      const { migration } = data as DataOf<typeof migrationApproved>;
      world.begin(migration, now);
      const about = { migration, started_at: at, upid: upidOf(migration), adopted: false };
      await replay.say(migrationStarted.of(about, at), revision);
    }
}

async function endMoves(stage: Stage, until: number): Promise<void> {
  const { world, replay, revision } = stage;
  for (let end = world.nextEnd(); end <= until; end = world.nextEnd()) {
    const { migration, began, bytes, downtime_seconds } = world.endFirst(end)!;
    const about = { migration, started_at: iso(began), completed_at: iso(end), upid: upidOf(migration), warnings: [] };
    const transfer = { duration_seconds: (end - began) / 1000, downtime_seconds, bytes };
    await replay.say(migrationCompleted.of({ ...about, transfer }, iso(end)), revision);
    await heed(stage, end);
  }
}

async function look(stage: Stage, recorded: ClusterSample): Promise<void> {
  const { world, replay, revision, played } = stage;
  const now = millis(recorded.at);
  await endMoves(stage, now);
  world.take(recorded);
  const sample = world.look(revision, played.placed.length + 1);
  played.samples.push(recorded);
  played.placed.push(Object.fromEntries(sample.guests.map(({ guest, node }) => [guest, node])));
  const run = { run_id: `run-${played.placed.length}`, opened_at: recorded.at };
  await replay.say(clusterSampled.of({ ...sample, run }, recorded.at), revision);
  await heed(stage, now);
}

const intervalMinutes = 5;

/** Plays recorded loads to the real services under the shipped preset; every sample opens a run, and what is approved happens. */
export async function playDay(traces: readonly Trace[], { start, load }: Setting): Promise<PlayedDay> {
  const { cluster, samples } = traceCluster(traces, { nodes: 4, guests: traces.length, load, start });
  const automated = {
    ...recommended.automated_migrations,
    enabled: true,
    dry_run: false,
    check_interval_minutes: intervalMinutes,
  };
  const config = Config.parse({
    ...recommended,
    mode: 'auto',
    clusters: [{ name: cluster, hosts: ['none'] }],
    automated_migrations: automated,
  });
  const world = createWorld(config.cost_model);
  const replay = await openReplay(cluster, config, [migrationApproved, outcomeRecorded, recommendationsGenerated]);
  const played = { samples: [], placed: [], candidates: [], outcomes: [], prices: config.penalty_config };
  const stage: Stage = { replay, revision: replay.configs.current().revision, world, played };
  for (const sample of samples()) await look(stage, sample);
  await replay.close();
  return played;
}

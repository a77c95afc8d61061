import { asConfigured } from '@evenkeel/collector/as-configured';
import { openRun } from '@evenkeel/collector/open-run';
import {
  type ApprovedMigration,
  type ClusterSample,
  type Config,
  clusterSampled,
  configFor,
  type DataOf,
  historyBackfilled,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  migrationStarted,
  type OutcomeVerdict,
  outcomeRecorded,
  type RunRef,
} from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import { openReplay, type Replay } from '../replay/open-replay.ts';
import { createMeter, type Measured, type Meter } from './measure.ts';
import { createWorld, type World } from './world.ts';

/** What was recorded: looks at the cluster, and what Proxmox remembered from before. */
export type Recorded =
  | { kind: 'sample'; sample: ClusterSample }
  | { kind: 'past'; past: DataOf<typeof historyBackfilled> };

export type Played = Measured & {
  name: string;
  samples: number;
  from: string;
  to: string;
  /** What the outcome tracker said of its moves, by the latest look at each. */
  judged: Record<OutcomeVerdict, number>;
};

export type Watcher = (seen: { samples: number; moves: number; at: string }) => void;

/** Acts in full whatever its mode: a backtest asks what it would have done. */
export const acting = (all: Config, cluster: string): Config => {
  const config = configFor(all, cluster);
  return {
    ...config,
    mode: 'auto',
    clusters: [
      ...config.clusters.filter((c) => c.name === cluster),
      ...(config.clusters.some((c) => c.name === cluster)
        ? []
        : [{ name: cluster, hosts: ['recorded'], fingerprints: [], timezone: 'UTC' }]),
    ],
    automated_migrations: { ...config.automated_migrations, enabled: true, dry_run: false },
  };
};

/**
 * A recorded look with what a collector under this configuration would say of the nodes, and nobody stopping it. A drain, or maintenance
 * in Proxmox, was as recorded.
 */
const asCollected = ({ kill_switch: _, paused: __, ...sample }: ClusterSample, config: Config): ClusterSample => ({
  ...sample,
  nodes: sample.nodes.map(({ maintenance_named, ...node }) => ({
    ...node,
    ...asConfigured(node.node, node.maintenance && !maintenance_named, config),
  })),
});

/** The services under one configuration, in the place of those that watched the cluster when it was recorded. */
type Stage = {
  replay: Replay;
  revision: string;
  world: World;
  meter: Meter;
  judged: Map<string, OutcomeVerdict>;
  begun: (migration: ApprovedMigration) => void;
};

/** What was approved since; notes what was judged. */
function heed({ replay, judged }: Stage): ApprovedMigration[] {
  const approved: ApprovedMigration[] = [];
  for (const { name, data } of replay.heard()) {
    if (name === outcomeRecorded.name) {
      const { outcome } = data as DataOf<typeof outcomeRecorded>;
      if (outcome.verdict) judged.set(outcome.migration_id, outcome.verdict);
    } else {
      approved.push((data as DataOf<typeof migrationApproved>).migration);
    }
  }
  return approved;
}

const upidOf = ({ source_node, migration_id }: ApprovedMigration): string => `UPID:${source_node}:${migration_id}:`;

const isGone = ({ guest }: ApprovedMigration): string => `${guest} is not there any more`;

/** Begins what was approved; where the guest is gone it is refused as the executor would, which may let another one begin. */
async function startAll(stage: Stage, now: number): Promise<void> {
  const { world, replay, revision, begun } = stage;
  const at = iso(now);
  for (let approved = heed(stage); approved.length > 0; approved = heed(stage)) {
    const started = approved.filter((migration) => world.begin(migration, now));
    for (const migration of started) begun(migration);
    for (const migration of approved)
      await replay.say(
        started.includes(migration)
          ? migrationStarted.of({ migration, started_at: at, upid: upidOf(migration), adopted: false }, at)
          : migrationRefused.of({ migration, refused_at: at, reason: isGone(migration), code: 'moved' }, at),
        revision,
      );
  }
}

/** Takes up what was recorded next; moves whose guest is gone have failed as the executor would say. */
async function take(stage: Stage, sample: ClusterSample): Promise<void> {
  const { at } = sample;
  for (const { migration, began } of stage.world.take(sample)) {
    const failed = { upid: upidOf(migration), reason: isGone(migration), fault: 'guest' as const };
    const said = migrationFailed.of({ migration, started_at: iso(began), failed_at: at, ...failed }, at);
    await stage.replay.say(said, stage.revision);
  }
  await startAll(stage, millis(at));
}

/** Lets time pass: moves end, one after the other, and each may let another one begin. */
async function pass(stage: Stage, from: number, to: number): Promise<void> {
  const { world, meter, replay, revision } = stage;
  let now = from;
  for (let end = world.nextEnd(); end <= to; end = world.nextEnd()) {
    meter.pass(now, end);
    now = Math.max(now, end);
    const move = world.endFirst(end)!;
    const { migration, began, bytes, downtime_seconds } = move;
    const { guest, source_node: source, target_node: target } = migration;
    meter.move({ guest, source, target, at: end, bytes });
    const at = iso(end);
    const transfer = { duration_seconds: (end - began) / 1000, downtime_seconds, bytes };
    const upid = upidOf(migration);
    await replay.say(
      migrationCompleted.of({ migration, started_at: iso(began), completed_at: at, upid, transfer, warnings: [] }, at),
      revision,
    );
    await startAll(stage, end);
  }
  meter.pass(now, to);
}

export type PlayOptions = {
  cluster: string;
  cost_model: Config['cost_model'];
  watch: Watcher;
  /** Told each move as it begins. */
  begun?: (migration: ApprovedMigration) => void;
};

/** Plays what was recorded to the services under one configuration, with its own moves carried along. */
export async function playConfig(
  { name, config }: { name: string; config: Config },
  recorded: AsyncIterable<Recorded>,
  { cluster, cost_model, watch, begun = () => {} }: PlayOptions,
): Promise<Played> {
  const world = createWorld(cost_model);
  const full = acting(config, cluster);
  const replay = await openReplay(cluster, full, [migrationApproved, outcomeRecorded]);
  const { revision } = replay.configs.current();
  const stage: Stage = { replay, revision, world, meter: createMeter(world), judged: new Map(), begun };
  let [samples, moves] = [0, 0];
  let first: ClusterSample | undefined;
  let [last, run]: [number | undefined, RunRef | undefined] = [undefined, undefined];
  for await (const entry of recorded) {
    if (entry.kind === 'past') {
      await replay.say(historyBackfilled.of(entry.past, entry.past.at), revision);
      continue;
    }
    const { at } = entry.sample;
    const now = millis(at);
    if (last !== undefined) await pass(stage, last, now);
    await take(stage, entry.sample);
    const { run: _, ...sample } = asCollected(world.look(revision, ++samples), full);
    const opened: RunRef | undefined = openRun(run, { cluster, now }, full) ?? undefined;
    run = opened ?? run;
    await replay.say(clusterSampled.of({ ...sample, ...(opened ? { run: opened } : {}) }, at), revision);
    await startAll(stage, now);
    first ??= entry.sample;
    last = now;
    moves = stage.meter.moves();
    watch({ samples, moves, at });
  }
  await replay.close();
  const counts = { ...nobody };
  for (const verdict of stage.judged.values()) counts[verdict]++;
  const to = last === undefined ? '' : iso(last);
  return { name, samples, from: first?.at ?? '', to, ...stage.meter.result(), judged: counts };
}

/** Nothing judged. */
export const nobody = { beneficial: 0, neutral: 0, harmful: 0 };

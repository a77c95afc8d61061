import {
  type CloudEvent,
  type ConfigInput,
  clusterSampled,
  filterOf,
  type Horizon,
  invariantBroken,
  migrationApproved,
  migrationCompleted,
  outcomeRecorded,
  runDecided,
} from '@evenkeel/contracts';
import { nameOfType, typeOf } from '@evenkeel/runtime';
import type { SimulatorProcess } from '../e2e/stage/simulator.ts';
import { clusterName, hasStarted, names, type Stage } from '../e2e/stage/stage.ts';
import { until } from '../e2e/stage/until.ts';
import { carryOut, type Kill, turns } from './kills.ts';
import { eager } from './restless-cluster.ts';

/** A simulated cluster, in this process or in one of its own. */
export type PlayedCluster = Pick<SimulatorProcess, 'port' | 'fingerprint' | 'truth' | 'skip'>;

const isDryRun = ({ type, data }: CloudEvent): boolean =>
  type === typeOf(runDecided) && runDecided.data.parse(data).mode === 'dry_run';

/** A broken invariant pauses the cluster, so that no run is ever a dry one: it is what is to be told, and not that wait. */
function unlessBroken(events: CloudEvent[]): CloudEvent[] {
  const broken = events.filter(({ type }) => type === typeOf(invariantBroken));
  const sentences = broken.map(({ data }) => invariantBroken.data.parse(data).sentence);
  if (sentences.length > 0) throw new Error(`an invariant is broken: ${sentences.join('; ')}`);
  return events;
}

const countOf = (events: CloudEvent[], type: string): number => events.filter((event) => event.type === type).length;

/** Approves nothing more, waits until what was approved is over, and turns the clock until all is judged; kills after each turn. */
export async function comeToRest(
  stage: Stage,
  cluster: PlayedCluster,
  kills: readonly Kill[][] = [],
  config: ConfigInput = eager(),
): Promise<void> {
  await Promise.all(names.map((name) => hasStarted(stage.of(name))));
  await stage.configure({ ...config, automated_migrations: { ...config.automated_migrations, dry_run: true } });
  for (const program of new Set(names.map(stage.of))) program.signal('SIGHUP');
  await until('a run that moves nothing', async () => unlessBroken(await stage.decisions()).some(isDryRun), {
    seconds: 240,
    every_ms: 500,
    tell: stage.story,
  });
  await until('the ends of all migrations', async () => (await openMigrations(stage)).length === 0, {
    seconds: 180,
    every_ms: 500,
    tell: stage.story,
  });
  for (const [i, { horizon, skip_s }] of turns.entries()) {
    const killing = carryOut(kills[i] ?? [], stage);
    await cluster.skip(skip_s);
    await killing;
    await sampledAfter((await cluster.truth()).now, stage);
    await until(`the outcomes after ${horizon}`, async () => (await missingOutcomes(stage, horizon)) <= 0, {
      seconds: 240,
      every_ms: 500,
      tell: stage.story,
    }).catch(() => {});
  }
}

const migrationOf = ({ data }: CloudEvent): string =>
  (data as { migration: { migration_id: string } }).migration.migration_id;

/** Approvals and starts that have no end yet, by the quiet of two looks: one approval may still be on its way. */
async function openMigrations(stage: Stage): Promise<string[]> {
  const look = async () => {
    const events = await stage.decisions();
    const over = events
      .filter((e) => /^migration\.(completed|failed|refused)$/.test(nameOfType(e.type)))
      .map(migrationOf);
    return events
      .filter((e) => e.type === typeOf(migrationApproved))
      .map(migrationOf)
      .filter((id) => !over.includes(id));
  };
  const first = await look();
  if (first.length > 0) return first;
  await sampledAfter(Date.parse((await lastSample(stage))?.time ?? '') + 90_000, stage);
  return look();
}

/** How many completed migrations wait for their outcome at a horizon; what is missing for good, or is there twice, is for the story's check. */
async function missingOutcomes(stage: Stage, horizon: Horizon): Promise<number> {
  const events = await stage.decisions();
  const judged = events.filter(
    (e) => e.type === typeOf(outcomeRecorded) && outcomeRecorded.data.parse(e.data).outcome.horizon === horizon,
  );
  return countOf(events, typeOf(migrationCompleted)) - judged.length;
}

const lastSample = async (stage: Stage) =>
  (await stage.bus.last('telemetry', filterOf(clusterSampled, clusterName)))?.event;

async function sampledAfter(time: number, stage: Stage): Promise<void> {
  await until(
    'a sample',
    async () => {
      const last = await lastSample(stage);
      return last && Date.parse(last.time) >= time;
    },
    { seconds: 120, tell: stage.story },
  );
}

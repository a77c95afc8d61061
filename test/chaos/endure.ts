import {
  type CloudEvent,
  clusterSampled,
  filterOf,
  migrationApproved,
  outcomeRecorded,
  runDecided,
} from '@evenkeel/contracts';
import { createProxmox, httpsTransport, type TaskRow } from '@evenkeel/proxmox';
import { typeOf } from '@evenkeel/runtime';
import { readToken } from '../e2e/stage/cluster.ts';
import { type findBoth, openServers } from '../e2e/stage/servers.ts';
import { type SimulatorProcess, simulate } from '../e2e/stage/simulator.ts';
import { clusterName, hasStarted, names, openStage, type Stage } from '../e2e/stage/stage.ts';
import { until } from '../e2e/stage/until.ts';
import type { Witness } from './check-story.ts';
import { carryOut, type Kill } from './kills.ts';
import { eager, restlessCluster } from './restless-cluster.ts';

const max_concurrent = 3;
const speed = 60;

/** Plays a story in which services are killed, lets it come to its end, and hands over all that can be known of it. */
export async function endure(binaries: NonNullable<Awaited<ReturnType<typeof findBoth>>>, kills: readonly Kill[]) {
  const servers = await openServers(binaries);
  const closers: (() => Promise<void>)[] = [() => servers.close()];
  try {
    const simulator = await simulate(servers.dir, restlessCluster, speed);
    closers.unshift(simulator.close);
    const stage = await openStage({ servers, proxmox: simulator, config: eager(max_concurrent) });
    closers.unshift(stage.close);
    await stage.startAll();
    await until('a first approval', async () => countOf(await stage.decisions(), typeOf(migrationApproved)) > 0, {
      tell: stage.story,
    });
    await carryOut(kills, stage);
    await until('three moves', async () => (await simulator.truth()).moves.length >= 3, {
      seconds: 150,
      every_ms: 500,
      tell: stage.story,
    });
    await comeToRest(stage, simulator);
    return { witness: await witnessOf(stage, simulator), story: stage.story() };
  } finally {
    for (const close of closers) await close();
  }
}

const isDryRun = ({ type, data }: CloudEvent): boolean =>
  type === typeOf(runDecided) && runDecided.data.parse(data).mode === 'dry_run';

const countOf = (events: CloudEvent[], type: string): number => events.filter((event) => event.type === type).length;

/** Approves nothing more, waits until what was approved is over, and turns the clock until all is judged. */
async function comeToRest(stage: Stage, simulator: SimulatorProcess): Promise<void> {
  await Promise.all(names.map((name) => hasStarted(stage.of(name))));
  const config = eager(max_concurrent);
  await stage.configure({ ...config, automated_migrations: { ...config.automated_migrations, dry_run: true } });
  for (const name of names) stage.of(name).signal('SIGHUP');
  await until('a run that moves nothing', async () => (await stage.decisions()).some(isDryRun), {
    seconds: 90,
    every_ms: 500,
    tell: stage.story,
  });
  await until('the ends of all migrations', async () => (await openMigrations(stage)).length === 0, {
    seconds: 60,
    every_ms: 500,
    tell: stage.story,
  });
  for (const seconds of [400, 3_600, 90_000]) {
    await simulator.skip(seconds);
    await sampledAfter((await simulator.truth()).now, stage);
  }
  await until('the last outcomes', async () => (await missingOutcomes(stage)) === 0, {
    seconds: 20,
    every_ms: 500,
    tell: stage.story,
  }).catch(() => {});
}

const nameOf = ({ type }: CloudEvent): string => type.split('.').slice(2, -1).join('.');
const migrationOf = ({ data }: CloudEvent): string =>
  (data as { migration: { migration_id: string } }).migration.migration_id;

/** Approvals and starts that have no end yet, by the quiet of two looks: one approval may still be on its way. */
async function openMigrations(stage: Stage): Promise<string[]> {
  const look = async () => {
    const events = await stage.decisions();
    const over = events.filter((e) => /^migration\.(completed|failed|refused)$/.test(nameOf(e))).map(migrationOf);
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

async function missingOutcomes(stage: Stage): Promise<number> {
  const events = await stage.decisions();
  return (
    3 * events.filter((e) => nameOf(e) === 'migration.completed').length - countOf(events, typeOf(outcomeRecorded))
  );
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
    { seconds: 60, tell: stage.story },
  );
}

async function witnessOf(stage: Stage, simulator: SimulatorProcess): Promise<Witness> {
  const letters = await Array.fromAsync(stage.bus.letters(), ({ service, subject, reason }) =>
    [service, subject, reason].join(': '),
  );
  return {
    events: await stage.decisions(),
    truth: await simulator.truth(),
    tasks: await migrationTasks(simulator),
    dead_letters: letters,
    max_concurrent,
  };
}

async function migrationTasks({ port, fingerprint }: SimulatorProcess): Promise<TaskRow[]> {
  const transport = httpsTransport({ hosts: [`127.0.0.1:${port}`], fingerprints: [fingerprint] });
  const proxmox = createProxmox({ transport, token: readToken, readOnly: true });
  const nodes = restlessCluster.nodes.map(({ name }) => name);
  const lists = await Promise.all(nodes.map((node) => proxmox.node_tasks(node, { source: 'all', limit: 1_000 })));
  await proxmox.close();
  return lists.flat().filter(({ type }) => type === 'qmigrate' || type === 'vzmigrate');
}

import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { seeded } from '@evenkeel/bus';
import {
  type CloudEvent,
  filterOf,
  guestMoves,
  migrationApproved,
  migrationStarted,
  recommendationsGenerated,
  recommendationTracking,
  records,
} from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { connectRedis, type Store } from '@evenkeel/store';
import { z } from 'zod';
import { startProgram } from '../../e2e/stage/program.ts';
import { emptyRedis } from '../../e2e/stage/raw-wire.ts';
import { type Both, openServers, type Servers } from '../../e2e/stage/servers.ts';
import { simulate } from '../../e2e/stage/simulator.ts';
import { clusterName, hasStarted, openStage, type Stage } from '../../e2e/stage/stage.ts';
import { until } from '../../e2e/stage/until.ts';
import { checkStory } from '../check-story.ts';
import { comeToRest } from '../come-to-rest.ts';
import { listen } from '../kills.ts';
import { eager, restlessCluster } from '../restless-cluster.ts';
import { tellMoves } from '../tell-story.ts';
import { witnessOf } from '../witness-of.ts';
import { forgottenSince, type Remembered } from './forgotten-since.ts';
import { endOf, percentile, type Row, seconds, shareOf, type Wanted } from './row.ts';

const speed = 15;
const required = 30;
const cooldown_minutes = 20;
/** Seconds within which all must be known again. */
const patience_s = 60;

const losses = {
  'all of it': async ({ redis }: Servers) => emptyRedis(redis.url),
  'the process': async ({ redis }: Servers) => {
    await redis.kill();
    await sleep(500);
    await redis.start();
  },
  'its last second': async ({ redis, dir }: Servers) => {
    const [data, older] = [join(dir, 'redis'), join(dir, 'older')];
    await cp(data, older, { recursive: true, force: true });
    await sleep(1_000);
    await redis.kill();
    await rm(data, { recursive: true });
    await cp(older, data, { recursive: true });
    await rm(older, { recursive: true });
    await redis.start();
  },
};
const kinds = Object.keys(losses) as (keyof typeof losses)[];

const moments = [
  'cluster.sampled',
  'recommendation.decided',
  'run.decided',
  'migration.approved',
  'migration.started',
  'migration.completed',
  'outcome.recorded',
];

/** Guests that were started again before they had rested, although nobody had to. */
function checkCooldown(events: readonly CloudEvent[]): string[] {
  const started = events
    .filter(({ type }) => type === typeOf(migrationStarted))
    .map(({ data }) => migrationStarted.data.parse(data));
  return started.flatMap((one, i) =>
    started.slice(i + 1).flatMap((later) => {
      const apart = Date.parse(later.started_at) - Date.parse(one.started_at);
      const isRestless =
        !later.migration.mandatory &&
        later.migration.guest === one.migration.guest &&
        apart < cooldown_minutes * 60_000;
      return isRestless ? [`${one.migration.guest} moved again after ${Math.round(apart / 60_000)} min`] : [];
    }),
  );
}

/** What the streams alone can bring back; what is told of runs that are under way is no memory, and depends on what was under way. */
const rebuilt = records.filter(
  ({ owner, name }) =>
    !['collector', 'executor'].includes(owner) && !['current_run', 'last_run_summary'].includes(name),
);

async function remembered({ redis }: Servers): Promise<Map<string, unknown>> {
  const store = await connectRedis({ url: redis.url });
  try {
    const kept = new Map<string, unknown>();
    for (const { name } of rebuilt)
      for (const [part, value] of Object.entries(await store.all(clusterName, name)))
        kept.set(`${name}/${part}`, value);
    return kept;
  } finally {
    await store.close();
  }
}

/** Of a move that was held back, that it is watched: what it is judged by depends on which samples came before its decision. */
const toCompare = (key: string, kept: Map<string, unknown>): unknown =>
  key.startsWith('held_moves/') ? kept.has(key) : kept.get(key);

/** What is remembered after all that was lost, held against what the streams say when everything is built from them anew. */
async function checkMemory(servers: Servers): Promise<{ parts: number; broken: string[]; rebuild_s: number }> {
  const before = await remembered(servers);
  const began = performance.now();
  const env = { EVENKEEL_NATS_URL: servers.nats.url, EVENKEEL_REDIS_URL: servers.redis.url };
  const rebuild = startProgram('rebuild', ['rebuild', '--cluster', clusterName], env);
  const { code } = await rebuild.exited;
  const rebuild_s = seconds(performance.now() - began);
  const after = await remembered(servers);
  const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => !isDeepStrictEqual(toCompare(key, before), toCompare(key, after)),
  );
  const tell = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 300));
  return {
    parts: before.size,
    rebuild_s,
    broken: [
      ...(code === 0 ? [] : [`rebuild ended with ${code}: ${rebuild.output()}`]),
      ...differing.map((key) => `${key} is ${tell(before.get(key))}; the streams say ${tell(after.get(key))}`),
    ],
  };
}

/** Observations and cooldowns as they stand now. */
async function observed(store: Store): Promise<Remembered> {
  const tracking = await store.get(clusterName, recommendationTracking.name, 'all');
  return {
    tracking: tracking === null ? undefined : recommendationTracking.data.parse(tracking),
    moves: z.record(z.string(), guestMoves.data).parse(await store.all(clusterName, guestMoves.name)),
  };
}

/** What stood before a loss, held against what stands as soon as the run that was the last one then is known again. */
async function checkObserved(before: Remembered, store: Store, stage: Stage): Promise<string[]> {
  const last = before.tracking?.last_run_at ?? '';
  const known = async () => {
    const now = await observed(store).catch(() => null);
    return (now?.tracking?.last_run_at ?? '') >= last && now;
  };
  const after = await until('observations to be known again', known, { seconds: patience_s, tell: stage.story });
  const generated = filterOf(recommendationsGenerated, clusterName);
  const runs = await Array.fromAsync(
    stage.bus.read(recommendationsGenerated.stream, [generated]),
    ({ event }) => recommendationsGenerated.data.parse(event.data).at,
  );
  return forgottenSince(before, after, runs);
}

async function untilReady(stage: Stage): Promise<number> {
  const began = performance.now();
  let said = '';
  const isReady = async () => {
    const { status, text } = await stage.ready(stage.of('scorer'));
    said = text;
    return status === 200;
  };
  await until('to be ready', isReady, { seconds: 120, tell: () => `${said}${stage.story()}` });
  return seconds(performance.now() - began);
}

/** Redis is emptied, killed, or loses its last second, in the midst of a run. */
export async function loseRedis(binaries: Both, wanted: Wanted): Promise<Row> {
  const servers = await openServers(binaries);
  const closers: (() => Promise<void>)[] = [() => servers.close()];
  const end = endOf(wanted);
  const over = new AbortController();
  try {
    const simulator = await simulate(servers.dir, restlessCluster, speed);
    closers.unshift(simulator.close);
    const { automated_migrations, ...rest } = eager();
    const rules = { ...automated_migrations?.rules, cooldown_minutes };
    const config = { ...rest, automated_migrations: { ...automated_migrations, rules } };
    const stage = await openStage({ servers, proxmox: simulator, config });
    closers.unshift(stage.close);
    const up = stage.startAllInOne();
    await hasStarted(up);
    const isApproved = async () => (await stage.decisions()).some(({ type }) => type === typeOf(migrationApproved));
    await until('a first approval', isApproved, { seconds: 120, tell: stage.story });
    const next = seeded(wanted.seed);
    const pick = (below: number) => Math.floor(next() * below);
    const { moment, listening } = listen(stage, over.signal);
    const took: number[] = [];
    const forgotten: string[] = [];
    let guests = 0;
    const store = await connectRedis({ url: servers.redis.url });
    closers.unshift(store.close);
    for (const times = shareOf(required, wanted); took.length < times && performance.now() < end; ) {
      await moment(moments[pick(moments.length)]!);
      await sleep(pick(300));
      const kind = kinds[took.length % kinds.length]!;
      const before = await observed(store);
      guests += Object.keys(before.tracking?.tracked ?? {}).length + Object.keys(before.moves).length;
      await losses[kind](servers);
      await sleep(300);
      took.push(await untilReady(stage));
      forgotten.push(...(await checkObserved(before, store, stage)).map((what) => `Redis without ${kind}: ${what}`));
      await sleep(1_000 + pick(2_000));
    }
    over.abort();
    await listening;
    await comeToRest(stage, simulator, [], config);
    const witness = await witnessOf(stage, simulator);
    await up.stop();
    const memory = await checkMemory(servers);
    const slow = [
      ...took.filter((s) => s > patience_s).map((s) => `not known again for ${s} s`),
      ...[memory.rebuild_s].filter((s) => s > patience_s).map((s) => `built again in ${s} s, ${patience_s} s at most`),
      ...(guests > 0 ? [] : ['nothing was observed before any loss: nothing was held against it']),
    ];
    return {
      what: 'Redis flushed, killed, or without its last second',
      done: took.length,
      required,
      broken: [...checkStory(witness), ...checkCooldown(witness.events), ...forgotten, ...memory.broken, ...slow],
      figures: `ready again after ${percentile(took, 50)} s (p50), ${Math.max(...took)} s at most; ${guests} observations and cooldowns as before each loss, ${memory.parts} parts of records as the streams say, rebuilt in ${memory.rebuild_s} s; ${tellMoves(witness)}`,
      story: stage.story(),
    };
  } finally {
    for (const close of closers) await close();
  }
}

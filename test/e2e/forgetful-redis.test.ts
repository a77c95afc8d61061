import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AnyEvent,
  type CloudEvent,
  type DataOf,
  filterOf,
  migrationCompleted,
  migrationStarted,
  outcomeRecorded,
  runDecided,
} from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { connectRedis, type Store } from '@evenkeel/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skewedCluster } from './stage/cluster.ts';
import { type OpenedCluster, openCluster } from './stage/open-cluster.ts';
import { type Program, startProgram } from './stage/program.ts';
import { emptyRedis } from './stage/raw-wire.ts';
import { findBoth, openServers, type Servers } from './stage/servers.ts';
import { clusterName, hasStarted, openStage, type Stage } from './stage/stage.ts';
import { until } from './stage/until.ts';

const binaries = await findBoth();

describe.skipIf(!binaries)('Redis forgets', { timeout: 90_000 }, () => {
  let servers: Servers;
  let cluster: OpenedCluster;
  let stage: Stage;
  let up: Program;
  let store: Store;

  beforeAll(async () => {
    servers = await openServers(binaries!);
    cluster = await openCluster(skewedCluster, 120);
    stage = await openStage({ servers, proxmox: cluster, config: { collection: { backfill: false } } });
    up = stage.startAllInOne();
    await hasStarted(up);
    store = await connectRedis({ url: servers.redis.url });
  });
  afterAll(async () => {
    await store?.close();
    await stage?.close();
    await cluster?.close();
    await servers?.close();
  });

  const of = <E extends AnyEvent>(all: CloudEvent[], event: E): DataOf<E>[] =>
    all.filter(({ type }) => type === typeOf(event)).map(({ data }) => event.data.parse(data) as DataOf<E>);
  const lastRun = async () => (await stage.bus.last('decisions', filterOf(runDecided, clusterName)))?.event;
  const runs = async (wanted: number) => {
    for (let n = 0; n < wanted; n++) {
      const before = (await lastRun())?.time ?? '';
      await until('a run', async () => ((await lastRun())?.time ?? '') > before, { seconds: 45, tell: up.output });
    }
  };
  const ready = () =>
    until('to be ready', async () => (await stage.ready(up)).status === 200, { seconds: 40, tell: up.output });
  const twice = (ids: string[]) => ids.filter((id, i) => ids.indexOf(id) !== i);
  const telemetry = () =>
    Array.fromAsync(stage.bus.read('telemetry', ['evenkeel.v1.telemetry.>']), ({ event }) => event.id);

  /** What came to pass is remembered, nothing was said twice, and no guest moved that rested. */
  const expectAllKnown = async (before: CloudEvent[]) => {
    const now = await stage.decisions();
    expect(now.slice(0, before.length)).toEqual(before);
    expect(twice(now.map(({ id }) => id))).toEqual([]);
    expect(twice(await telemetry())).toEqual([]);
    const moves = await store.all(clusterName, 'guest_moves');
    const watched = await store.all(clusterName, 'watched_migrations');
    const outcomes = (await store.all(clusterName, 'pair_outcomes')) as Record<
      string,
      { judged: { migration_id: string }[] }
    >;
    const judged = Object.values(outcomes).flatMap((pair) => pair.judged.map(({ migration_id }) => migration_id));
    const known = JSON.stringify(moves);
    for (const { migration } of of(before, migrationStarted)) expect(known).toContain(migration.migration_id);
    const recorded = of(before, outcomeRecorded);
    for (const { outcome } of recorded) if (outcome.verdict) expect(judged).toContain(outcome.migration_id);
    const over = (id: string) => recorded.filter(({ outcome }) => outcome.migration_id === id).length === 3;
    for (const { migration } of of(before, migrationCompleted))
      if (!over(migration.migration_id)) expect(Object.keys(watched)).toContain(migration.migration_id);
    const upids = cluster.simulator.inspect().moves.map(({ upid }) => upid);
    expect(twice(upids)).toEqual([]);
    const started = of(now, migrationStarted);
    const restless = started.filter((one) =>
      started.some((other) => {
        const apart = Date.parse(one.started_at) - Date.parse(other.started_at);
        return other !== one && other.migration.guest === one.migration.guest && apart >= 0 && apart < 30 * 60_000;
      }),
    );
    expect(restless.map(({ migration }) => migration.guest)).toEqual([]);
  };
  const hasMoved = () =>
    until('a move', async () => of(await stage.decisions(), migrationCompleted).length > 1, {
      seconds: 60,
      tell: up.output,
    });

  test('its last seconds, or minutes: what was acknowledged since is handled again, and nothing is doubled', async () => {
    const [data, older] = [join(servers.dir, 'redis'), join(servers.dir, 'older')];
    await runs(2);
    await servers.redis.kill();
    await cp(data, older, { recursive: true });
    await servers.redis.start();
    await hasMoved();
    const before = await stage.decisions();
    await servers.redis.kill();
    await rm(data, { recursive: true });
    await cp(older, data, { recursive: true });
    await servers.redis.start();
    await until('to notice', () => up.lines().some(({ msg }) => /known again/.test(msg)), {
      seconds: 20,
      tell: up.output,
    });
    await ready();
    await expectAllKnown(before);
    await runs(2);
    await expectAllKnown(before);
  });

  test('everything, while services run: they notice, and build it again', async () => {
    const before = await stage.decisions();
    const lines = up.lines().length;
    await emptyRedis(servers.redis.url);
    const isKnown = () =>
      up
        .lines()
        .slice(lines)
        .filter(({ msg }) => /known again/.test(msg)).length >= 5;
    await until('to build again', isKnown, { seconds: 30, tell: up.output });
    await ready();
    await expectAllKnown(before);
    await runs(1);
    await expectAllKnown(before);
  });

  test('everything, while nothing runs: evenkeel rebuild brings it back, and so would the next start', async () => {
    await up.stop();
    const before = await stage.decisions();
    await emptyRedis(servers.redis.url);
    const env = { EVENKEEL_NATS_URL: servers.nats.url, EVENKEEL_REDIS_URL: servers.redis.url };
    const rebuilt = startProgram('rebuild', ['rebuild', '--cluster', clusterName], env);
    expect(await rebuilt.exited).toMatchObject({ code: 0 });
    expect(rebuilt.output()).toMatch(/cluster stage: built again from the streams in \d+\.\d s/);
    await expectAllKnown(before);
    expect(await stage.decisions()).toEqual(before);
    await emptyRedis(servers.redis.url);
    up = stage.startAllInOne();
    await hasStarted(up);
    await ready();
    await runs(1);
    await expectAllKnown(before);
  });

  test('rebuild beside services that run disturbs nothing, and names the clusters there are', async () => {
    const before = await stage.decisions();
    const env = { EVENKEEL_NATS_URL: servers.nats.url, EVENKEEL_REDIS_URL: servers.redis.url };
    const rebuilt = startProgram('rebuild', ['rebuild'], env);
    expect(await rebuilt.exited).toMatchObject({ code: 0 });
    await runs(1);
    await ready();
    await expectAllKnown(before);
    const wrong = startProgram('rebuild', ['rebuild', '--cluster', 'moon'], env);
    expect(await wrong.exited).toMatchObject({ code: 2 });
    expect(wrong.output()).toContain('no cluster "moon"; there is stage');
  });
});

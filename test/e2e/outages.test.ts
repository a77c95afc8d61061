import { setTimeout as sleep } from 'node:timers/promises';
import { clusterSampled, filterOf, runDecided } from '@evenkeel/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skewedCluster } from './stage/cluster.ts';
import { type OpenedCluster, openCluster } from './stage/open-cluster.ts';
import { type Program, startProgram } from './stage/program.ts';
import { emptyRedis, publishByHand } from './stage/raw-wire.ts';
import { findBoth, openServers, type Servers } from './stage/servers.ts';
import { clusterName, hasStarted, openStage, type Stage } from './stage/stage.ts';
import { until } from './stage/until.ts';

const binaries = await findBoth();
const speed = 60;

describe.skipIf(!binaries)('what goes wrong outside', { timeout: 60_000 }, () => {
  let servers: Servers;
  let cluster: OpenedCluster;
  let stage: Stage;
  let up: Program;

  beforeAll(async () => {
    servers = await openServers(binaries!);
    cluster = await openCluster(skewedCluster, speed);
    stage = await openStage({ servers, proxmox: cluster, config: { collection: { backfill: false } } });
    up = stage.startAllInOne();
    await hasStarted(up);
  });
  afterAll(async () => {
    await stage?.close();
    await cluster?.close();
    await servers?.close();
  });

  const troubles = (program: Program) => async () => {
    const { status, text } = await stage.ready(program);
    return status === 503 && text;
  };
  const isReady = async () => (await stage.ready(up)).status === 200;
  const ready = () => until('to be ready', isReady, { seconds: 30, tell: up.output });
  const lastRun = async () => (await stage.bus.last('decisions', filterOf(runDecided, clusterName)))?.event;
  /** A whole pass from a look to a decision that began after now; what was in hand when NATS went comes again after 30 s. */
  const works = async () => {
    const now = new Date(cluster.simulator.now()).toISOString();
    await until('a run', async () => ((await lastRun())?.time ?? '') > now, { seconds: 45, tell: up.output });
  };
  const doubled = async () => {
    const ids = (await stage.decisions()).map(({ id }) => id);
    return ids.filter((id, i) => ids.indexOf(id) !== i);
  };

  test('all is well at first', async () => {
    await works();
    await ready();
  });

  test('NATS away: it says so, and goes on by itself', async () => {
    await servers.nats.kill();
    expect(await until('trouble', troubles(up), { seconds: 20 })).toMatch(/no connection to NATS|NATS/);
    await sleep(1_500);
    await servers.nats.start();
    await works();
    await ready();
    expect(await doubled()).toEqual([]);
  });

  test('Redis away: it says so, and goes on by itself', async () => {
    await servers.redis.kill();
    expect(await until('trouble', troubles(up), { seconds: 20 })).toMatch(/store: .*Redis/);
    await sleep(1_500);
    await servers.redis.start();
    await works();
    await ready();
    expect(await doubled()).toEqual([]);
  });

  test('Redis emptied: what it knew is built again, and nothing is doubled', async () => {
    const before = await stage.decisions();
    await emptyRedis(servers.redis.url);
    await until('to notice', () => up.lines().some(({ msg }) => /forgotten/.test(msg)), {
      seconds: 20,
      tell: up.output,
    });
    await works();
    await ready();
    const after = await stage.decisions();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(await doubled()).toEqual([]);
    expect(movesOf(cluster)).toEqual([...new Set(movesOf(cluster))]);
  });

  test('Proxmox away: it says so, moves nothing on what it last saw, and goes on by itself', async () => {
    await cluster.leave();
    const since = cluster.simulator.now();
    expect(await until('trouble', troubles(up), { seconds: 20 })).toMatch(/collector\/stage.*connection refused/);
    await sleep(1_500);
    await cluster.comeBack();
    const back = cluster.simulator.now();
    await works();
    await ready();
    expect(cluster.simulator.inspect().moves.filter((m) => m.started > since && m.started < back)).toEqual([]);
    const sampled = await stage.bus.last('telemetry', filterOf(clusterSampled, clusterName));
    expect(Date.parse(sampled!.event.time)).toBeGreaterThan(since);
  });

  test('a message that is none, and one that says nonsense, are laid aside and block nothing', async () => {
    const subject = `evenkeel.v1.telemetry.${clusterName}.cluster.scored`;
    const { event } = (await stage.bus.last('telemetry', subject))!;
    await publishByHand(servers.nats.url, subject, 'this is no event');
    await stage.bus.publish({
      stream: 'telemetry',
      subject,
      once: false,
      event: { ...event, id: 'cluster.scored/stage/by-hand', data: { nonsense: true } },
    });
    await works();
    const letters = await Array.fromAsync(stage.bus.letters(), ({ service, reason }) => `${service}: ${reason}`);
    expect(letters).toEqual([
      expect.stringMatching(/^recommender: /),
      expect.stringMatching(/^recommender: its data is not valid/),
    ]);
  });

  test('explain names the clusters there are where one is asked for that there is not', async () => {
    const explain = startProgram('explain', ['explain', '--cluster', 'nope'], { EVENKEEL_NATS_URL: servers.nats.url });
    expect(await explain.exited).toMatchObject({ code: 2 });
    expect(explain.output()).toContain(`no cluster "nope"; there is ${clusterName}`);
  });

  test('SIGTERM ends it within seconds, with 0', async () => {
    const { code, ms } = await up.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(8_000);
  });

  test('SIGTERM while NATS is away and something waits for it ends it within seconds, with 3, and says what that means', async () => {
    up = stage.startAllInOne();
    await hasStarted(up);
    await servers.nats.kill();
    await until('trouble', troubles(up), { seconds: 20 });
    await sleep(1_500);
    const { code, ms } = await up.stop();
    expect({ code, output: up.output() }).toEqual({
      code: 3,
      output: expect.stringMatching(/stopped while NATS is away: .*said after the next start/),
    });
    expect(ms).toBeLessThan(8_000);
  });
});

const movesOf = ({ simulator }: OpenedCluster): string[] => simulator.inspect().moves.map(({ upid }) => upid);

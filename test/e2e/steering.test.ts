import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filterOf, recommendationDecided, runDecided } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eager } from '../chaos/restless-cluster.ts';
import { ask, askersEnv } from './stage/ask.ts';
import { roomyCluster } from './stage/cluster.ts';
import { type OpenedCluster, openCluster } from './stage/open-cluster.ts';
import type { Program } from './stage/program.ts';
import { emptyRedis } from './stage/raw-wire.ts';
import { findBoth, openServers, type Servers } from './stage/servers.ts';
import { clusterName, hasStarted, openStage, type Stage } from './stage/stage.ts';
import { until } from './stage/until.ts';

const binaries = await findBoth();
const speed = 60;

describe.skipIf(!binaries)('people steer it from the command line', { timeout: 120_000 }, () => {
  let servers: Servers;
  let cluster: OpenedCluster;
  let stage: Stage;
  let up: Program;
  let killSwitch: string;

  beforeAll(async () => {
    servers = await openServers(binaries!);
    killSwitch = join(servers.dir, 'kill-switch');
    await writeFile(killSwitch, 'storage is on fire\n');
    cluster = await openCluster(roomyCluster, speed);
    stage = await openStage({
      servers,
      proxmox: cluster,
      config: eager(2),
      env: { EVENKEEL_KILL_SWITCH_FILE: killSwitch },
    });
    up = stage.startAllInOne();
    await hasStarted(up);
  });
  afterAll(async () => {
    await stage?.close();
    await cluster?.close();
    await servers?.close();
  });

  const say = (...args: string[]) => ask(args, askersEnv(servers));
  const moves = () => cluster.simulator.inspect().moves.length;
  const tell = () => `${up.output().slice(-3_000)}`;
  /** So many whole passes from a look to a decision. */
  const works = async (runs: number) => {
    for (let i = 0; i < runs; i++) {
      const now = new Date(cluster.simulator.now()).toISOString();
      const run = async () => (await stage.bus.last('decisions', filterOf(runDecided, clusterName)))?.event.time ?? '';
      await until('a run', async () => (await run()) > now, { seconds: 30, tell });
    }
  };
  const metrics = async (pattern: RegExp): Promise<string[]> => {
    const answer = await fetch(`http://127.0.0.1:${await hasStarted(up)}/metrics`);
    return (await answer.text()).split('\n').filter((line) => pattern.test(line));
  };
  const writes = () => metrics(/^evenkeel_pve_api_requests_total.*method="(POST|DELETE|PUT)"/);
  const stopped = async () => (await metrics(/^evenkeel_paused\{/)).map((line) => line.slice(line.indexOf('by=')));

  test('under the kill switch every decision says so, and not one request to write leaves the process', async () => {
    const reason = `the kill switch is on (${killSwitch}: storage is on fire)`;
    const held = async () =>
      (await stage.decisions()).filter(
        ({ type, data }) =>
          type === typeOf(recommendationDecided) && (data as { reason: string }).reason.includes(reason),
      );
    await until('a decision that waits', async () => (await held()).length > 0, { seconds: 60, tell });
    expect((await held())[0]!.data).toMatchObject({ action: 'deferred' });
    expect((await say('explain')).said).toContain(reason);
    expect((await say('status')).said).toContain(`${reason}: nothing is written to Proxmox`);
    expect(await writes()).toEqual([]);
    expect(moves()).toBe(0);
    expect(await stopped()).toEqual(['by="pause"} 0', 'by="kill_switch"} 1']);
    expect(up.lines().map(({ msg }) => msg)).toContainEqual(expect.stringContaining('nothing is written to Proxmox'));
  });

  test('a pause holds although Redis is emptied, and says who asked for it and why', async () => {
    expect(await say('pause', clusterName, '--reason', 'storage work', '--by', 'anna')).toEqual({
      code: 0,
      said: expect.stringContaining('paused'),
    });
    await rm(killSwitch);
    await emptyRedis(servers.redis.url);
    await works(3);
    expect(await writes()).toEqual([]);
    expect(moves()).toBe(0);
    const { said } = await say('status');
    expect(said).toMatch(
      /cluster stage: mode auto\n {2}paused by anna since .*: storage work; to go on: evenkeel resume stage/,
    );
  });

  test('in observe, by command, nothing is written either; default brings the mode of the configuration back', async () => {
    expect(await say('mode', 'observe', '--by', 'anna')).toMatchObject({ code: 0 });
    expect(await say('resume', '--by', 'anna')).toMatchObject({ code: 0 });
    await works(2);
    expect(await writes()).toEqual([]);
    expect((await say('status')).said).toMatch(/mode observe \(by anna since .*; the configuration says auto\)/);
    expect(await say('mode', clusterName, 'default')).toMatchObject({ code: 0 });
    await until('a move', () => moves() > 0, { seconds: 60, tell });
    expect(await writes()).not.toEqual([]);
  });

  test('a node is drained, and takes guests again once it is undrained', async () => {
    expect(await say('drain', 'nowhere')).toMatchObject({
      code: 2,
      said: expect.stringContaining('no node "nowhere"'),
    });
    const { code, said } = await say('drain', 'pve2', '--reason', 'new memory', '--by', 'anna', '--wait');
    expect(said).toContain('no guest runs there any more');
    expect(code).toBe(0);
    expect(cluster.simulator.inspect().nodes.find(({ node }) => node === 'pve2')?.guests).toEqual([]);
    expect((await say('status')).said).toMatch(/pve2 is drained \(by anna since .*: new memory\): no guest runs there/);
    expect(await say('undrain', 'pve2')).toMatchObject({ code: 0 });
    expect((await say('status')).said).not.toContain('drained');
  });
});

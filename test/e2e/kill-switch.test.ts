import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filterOf, runDecided } from '@evenkeel/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eager } from '../chaos/restless-cluster.ts';
import { ask, askersEnv } from './stage/ask.ts';
import { roomyCluster } from './stage/cluster.ts';
import { type OpenedCluster, openCluster } from './stage/open-cluster.ts';
import type { Program } from './stage/program.ts';
import { findBoth, openServers, type Servers } from './stage/servers.ts';
import { clusterName, hasStarted, openStage, type Stage } from './stage/stage.ts';
import { until } from './stage/until.ts';

const binaries = await findBoth();

describe.skipIf(!binaries)('the kill switch, with NATS and Redis both stopped', { timeout: 120_000 }, () => {
  let servers: Servers;
  let cluster: OpenedCluster;
  let stage: Stage;
  let up: Program;
  let env: { EVENKEEL_KILL_SWITCH_FILE: string };

  beforeAll(async () => {
    servers = await openServers(binaries!);
    env = { EVENKEEL_KILL_SWITCH_FILE: join(servers.dir, 'kill-switch') };
    cluster = await openCluster(roomyCluster, 60);
    stage = await openStage({ servers, proxmox: cluster, config: eager(2), env });
    up = stage.startAllInOne();
    await hasStarted(up);
  });
  afterAll(async () => {
    await stage?.close();
    await cluster?.close();
    await servers?.close();
  });

  const tell = () => up.output().slice(-3_000);
  const metric = async (pattern: RegExp): Promise<string[]> => {
    const answer = await fetch(`http://127.0.0.1:${await hasStarted(up)}/metrics`);
    return (await answer.text()).split('\n').filter((line) => pattern.test(line));
  };
  const writes = () => metric(/^evenkeel_pve_api_requests_total.*method="(POST|DELETE|PUT)"/);
  const begun = () => cluster.simulator.inspect().moves.length + cluster.simulator.inspect().running.length;
  const say = (...args: string[]) => ask(args, { ...askersEnv(servers), ...env });

  test('takes effect at once; commands, which cannot, name the file; nothing is sent until it is gone, servers back or not', async () => {
    await until('moves under way', () => begun() > 0, { seconds: 60, tell });
    await Promise.all([servers.nats.kill(), servers.redis.kill()]);
    await writeFile(env.EVENKEEL_KILL_SWITCH_FILE, 'storage is on fire\n');
    const isOn = () =>
      up.lines().some(({ msg }) => /the kill switch is on .*nothing is written to Proxmox/u.test(`${msg}`));
    await until('the switch to be seen', isOn, { seconds: 10, tell });
    const sent = await writes();
    const moved = begun();
    for (const { code, said } of await Promise.all([say('status'), say('pause')])) {
      expect(code).toBe(1);
      expect(said).toContain(`touch ${env.EVENKEEL_KILL_SWITCH_FILE}`);
    }
    await sleep(2_000);
    expect([await writes(), begun()]).toEqual([sent, moved]);
    await Promise.all([servers.nats.start(), servers.redis.start()]);
    expect(await say('drain', 'pve2', '--by', 'anna')).toMatchObject({ code: 0 });
    const since = new Date(cluster.simulator.now()).toISOString();
    const run = async () => (await stage.bus.last('decisions', filterOf(runDecided, clusterName)))?.event.time ?? '';
    await until('a run that knows of the drain', async () => (await run()) > since, { seconds: 60, tell });
    expect([await writes(), begun()]).toEqual([sent, moved]);
    await rm(env.EVENKEEL_KILL_SWITCH_FILE);
    await until('the next move', () => begun() > moved, { seconds: 60, tell });
  });
});

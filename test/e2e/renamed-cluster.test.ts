import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filterOf, runDecided } from '@evenkeel/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eager } from '../chaos/restless-cluster.ts';
import { ask, askersEnv } from './stage/ask.ts';
import { readToken, skewedCluster, writeToken } from './stage/cluster.ts';
import { type OpenedCluster, openCluster } from './stage/open-cluster.ts';
import { findBoth, openServers, type Servers } from './stage/servers.ts';
import { hasStarted, openStage, type Stage } from './stage/stage.ts';
import { until } from './stage/until.ts';

const binaries = await findBoth();

describe.skipIf(!binaries)('a cluster that gets another name by SIGHUP', { timeout: 120_000 }, () => {
  let servers: Servers;
  let cluster: OpenedCluster;
  let stage: Stage;

  beforeAll(async () => {
    servers = await openServers(binaries!);
    cluster = await openCluster(skewedCluster, 60);
    stage = await openStage({ servers });
  });
  afterAll(async () => {
    await stage?.close();
    await cluster?.close();
    await servers?.close();
  });

  const say = async (...args: string[]): Promise<string> => {
    const { EVENKEEL_PVE_CLUSTER: _, ...env } = askersEnv(servers);
    return (await ask(args, env)).said;
  };

  test('stays paused, and its node drained', async () => {
    const [read_token_file, write_token_file] = ['read', 'write'].map((right) => join(servers.dir, right));
    await writeFile(read_token_file!, readToken);
    await writeFile(write_token_file!, writeToken);
    const { port, fingerprint } = cluster;
    const reach = { hosts: [`127.0.0.1:${port}`], fingerprints: [fingerprint], read_token_file, write_token_file };
    const configure = (name: string) => stage.configure({ ...eager(2), clusters: [{ name, ...reach }] } as never);
    await configure('alpha');
    const up = stage.startAllInOne();
    await hasStarted(up);
    expect(await say('pause', 'alpha', '--reason', 'storage work', '--by', 'anna')).toContain('paused');
    expect(await say('drain', 'pve4', '--by', 'anna')).toContain('pve4');
    const before = cluster.simulator.inspect().moves.length;
    await configure('prod');
    up.signal('SIGHUP');
    const runs = async () =>
      (await stage.decisions()).filter(({ subject, type }) => subject === 'prod' && type.includes('run.decided'));
    await until('runs', async () => (await runs()).length >= 3, { seconds: 60, tell: () => up.output().slice(-3_000) });
    expect(cluster.simulator.inspect().moves.length).toBe(before);
    expect(await say('status', 'prod')).toMatch(/paused by anna since .*: storage work(.|\n)*pve4/);
    expect(up.lines().map(({ msg }) => msg)).toContainEqual(expect.stringContaining('a cluster has another name'));
    expect(await stage.bus.last('decisions', filterOf(runDecided, 'prod'))).not.toBe(null);
  });
});

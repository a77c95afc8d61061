import { filterOf, migrationCompleted } from '@evenkeel/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eager } from '../chaos/restless-cluster.ts';
import { ask, askersEnv } from './stage/ask.ts';
import { roomyCluster } from './stage/cluster.ts';
import { type OpenedCluster, openCluster } from './stage/open-cluster.ts';
import { findBoth, openServers, type Servers } from './stage/servers.ts';
import { clusterName, hasStarted, names, openStage, type Stage } from './stage/stage.ts';
import { until } from './stage/until.ts';

const binaries = await findBoth();
const password = 'a-password-of-nats';

describe.skipIf(!binaries)('every service with a NATS user of its own', { timeout: 180_000 }, () => {
  let servers: Servers;
  let cluster: OpenedCluster;
  let stage: Stage;
  const urlOf = (user: string) => servers.nats.url.replace('nats://', `nats://${user}:${password}@`);

  beforeAll(async () => {
    const { said } = await ask(['config', 'nats-accounts', clusterName], {});
    servers = await openServers(binaries!, said.replaceAll(/\$EVENKEEL_NATS_\w+_PASSWORD/g, `"${password}"`));
    cluster = await openCluster(roomyCluster, 60);
    const nats = { ...servers.nats, url: urlOf('executor') };
    stage = await openStage({ servers: { ...servers, nats }, proxmox: cluster, config: eager(2) });
    await Promise.all(names.map((name) => hasStarted(stage.start(name, { EVENKEEL_NATS_URL: urlOf(name) }))));
  }, 120_000);
  afterAll(async () => {
    await stage?.close();
    await cluster?.close();
    await servers?.close();
  });

  const say = (user: string, ...args: string[]) =>
    ask(args, { ...askersEnv(servers), EVENKEEL_NATS_URL: urlOf(user), EVENKEEL_REDIS_URL: servers.redis.url });
  const tell = () => stage.story();

  test('all of them work, and nobody is refused anything', async () => {
    const ends = () => stage.bus.last('decisions', filterOf(migrationCompleted, clusterName));
    await until('a move', async () => (await ends()) !== null, { seconds: 90, tell });
    for (const name of names) expect(await stage.ready(stage.of(name))).toMatchObject({ status: 200 });
    expect(stage.story()).not.toMatch(/permissions violation/iu);
  });

  test('the operator steers, asks, and builds Redis anew', async () => {
    for (const line of [
      'status',
      'explain',
      'outcomes',
      'dead list',
      'pause',
      'resume',
      'mode auto',
      'drain pve2',
      'undrain pve2',
      'rebuild',
    ]) {
      const { code, said } = await say('operator', ...line.split(' '));
      expect(code, `${line}: ${said}`).toBe(0);
    }
    expect((await say('operator', 'doctor')).said).toMatch(
      /NATS\n.*connection: answers.*\n.*streams: \d as they should be/u,
    );
    await until(
      'all to know again',
      async () => {
        const all = await Promise.all(names.map((name) => stage.ready(stage.of(name))));
        return all.every(({ status }) => status === 200);
      },
      { seconds: 60, tell },
    );
    expect(stage.story()).not.toMatch(/permissions violation/iu);
  });

  test('who only reads is told everything, and that it may change nothing', async () => {
    for (const line of ['status', 'explain', 'outcomes', 'dead list']) {
      const { code, said } = await say('reader', ...line.split(' '));
      expect(code, `${line}: ${said}`).toBe(0);
    }
    const { code, said } = await say('reader', 'pause');
    expect(code).toBe(1);
    expect(said).toMatch(/Permissions Violation for Publish to "evenkeel.v1.commands.stage.automation.requested/u);
  });
});

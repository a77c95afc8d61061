import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterSampled, filterOf } from '@evenkeel/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readToken, skewedCluster } from './stage/cluster.ts';
import { type OpenedCluster, openCluster } from './stage/open-cluster.ts';
import type { Program } from './stage/program.ts';
import { findBoth, openServers, type Servers } from './stage/servers.ts';
import { askReady, clusterName, hasStarted, openStage, type Stage } from './stage/stage.ts';
import { until } from './stage/until.ts';

const binaries = await findBoth();

describe.skipIf(!binaries)('a configuration that changes', { timeout: 60_000 }, () => {
  let servers: Servers;
  let cluster: OpenedCluster;
  let moved: OpenedCluster;
  let second: OpenedCluster;
  let stage: Stage;
  let collector: Program;

  beforeAll(async () => {
    servers = await openServers(binaries!);
    cluster = await openCluster(skewedCluster, 60);
    moved = await openCluster(skewedCluster, 60);
    second = await openCluster({ ...skewedCluster, name: 'second' }, 60);
    stage = await openStage({ servers, proxmox: cluster, config: { mode: 'auto' } });
    collector = stage.start('collector');
    await hasStarted(collector);
  });
  afterAll(async () => {
    await stage?.close();
    for (const one of [cluster, moved, second]) await one?.close();
    await servers?.close();
  });

  const reach = ({ port, fingerprint }: OpenedCluster) => ({
    hosts: [`127.0.0.1:${port}`],
    fingerprints: [fingerprint],
  });
  const inForce = async () => {
    const revision = (await stage.bus.ledger.get('config.active'))?.value;
    return (await stage.bus.ledger.get(`config.${revision}`))?.value as { mode: string };
  };
  const isInForce = (mode: string) =>
    until(`${mode} to be in force`, async () => (await inForce()).mode === mode, {
      seconds: 30,
      tell: collector.output,
    });
  const said = (words: RegExp) =>
    until(`${words} in the log`, () => collector.lines().some(({ msg }) => words.test(msg)), {
      seconds: 20,
      tell: collector.output,
    });

  test('what an operator put in force outlives the kill of a process that still brings what was before', async () => {
    const scorer = stage.start('scorer', { EVENKEEL_MODE: 'auto' });
    await hasStarted(scorer);
    await stage.configure({ mode: 'observe' });
    collector.signal('SIGHUP');
    await isInForce('observe');
    await scorer.kill();
    const again = stage.start('scorer', { EVENKEEL_MODE: 'auto' });
    await hasStarted(again);
    expect((await inForce()).mode).toBe('observe');
    expect(again.output()).toMatch(/another configuration is in force than this process brings/);
    await again.kill();
    const edited = stage.start('scorer', { EVENKEEL_MODE: 'recommend' });
    await hasStarted(edited);
    expect((await inForce()).mode).toBe('recommend');
    await edited.kill();
  });

  test('a process whose file is half edited follows what is in force', async () => {
    const file = join(servers.dir, 'half.yaml');
    await writeFile(file, 'mode: obs');
    const scorer = stage.start('scorer', { EVENKEEL_CONFIG: file });
    await hasStarted(scorer);
    expect((await inForce()).mode).toBe('recommend');
    expect(scorer.output()).toMatch(/no valid configuration of its own.*/);
    expect(scorer.output()).toContain('mode is \\"obs\\"');
    await scorer.kill();
  });

  test('SIGHUP while NATS is away ends nothing and is not lost', async () => {
    await servers.nats.kill();
    await stage.configure({ mode: 'observe' });
    collector.signal('SIGHUP');
    const metrics = performance.now();
    await fetch(`http://127.0.0.1:${await hasStarted(collector)}/metrics`).then((answer) => answer.text());
    expect(performance.now() - metrics).toBeLessThan(5_000);
    await said(/could not be put in force yet|a timer failed|could not follow/);
    await servers.nats.start();
    await isInForce('observe');
    expect(collector.isOver()).toBe(false);
  });

  test('a host that is another and a cluster more are taken up without a restart, what lacks something is named', async () => {
    const secondToken = join(servers.dir, 'second-token');
    const clusters = [
      { name: clusterName, ...reach(moved) },
      { name: 'second', ...reach(second), read_token_file: secondToken },
    ];
    await cluster.leave();
    await writeFile(secondToken, readToken);
    await stage.configure({ clusters });
    collector.signal('SIGHUP');
    const back = Date.now();
    await until(
      'samples of both',
      async () => {
        const looks = await Promise.all(
          [clusterName, 'second'].map((name) => stage.bus.last('telemetry', filterOf(clusterSampled, name))),
        );
        return looks.every((look) => look && Date.parse(look.event.time) > back);
      },
      { seconds: 30, tell: collector.output },
    );
    const third = { name: 'third', hosts: ['127.0.0.1:1'], read_token_file: join(servers.dir, 'nowhere') };
    await stage.configure({ mode: 'recommend', clusters: [...clusters, third] });
    collector.signal('SIGHUP');
    await said(/the changed configuration is not valid/);
    expect((await inForce()).mode).toBe('auto');
    const scorer = stage.start('scorer');
    await hasStarted(scorer);
    await isInForce('recommend');
    const named = /clusters\/third: read_token_file of cluster third: the file that it names cannot be read \(ENOENT\)/;
    const port = await hasStarted(collector);
    await until('the third to be missed', async () => named.test((await askReady(port)).text), {
      seconds: 20,
      tell: collector.output,
    });
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServers, startNatsCluster } from '@evenkeel/servers';
import { sayAbsent } from '@evenkeel/servers/test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { describe, expect, test } from 'vitest';
import { createSetting, dataOf, until } from './contract-setting.ts';
import { connectNats } from './nats-bus.ts';

const { nats, reasons } = await findServers();
const binary = nats ?? sayAbsent('nats-server', reasons);

describe.skipIf(!binary)('three servers', { timeout: 120_000 }, () => {
  test('a message whose acknowledgement died with the leader of its consumer comes again at once: the next one does not wait for it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'evenkeel-leaders-'));
    const cluster = await startNatsCluster({ binary: binary!, dir });
    const bus = await connectNats({ servers: cluster.url, name: 'leaders', replicas: 3, patience_ms: 60_000 });
    const { say, subject, durable } = createSetting(bus);
    const nc = await connect({ servers: cluster.members.map(({ url }) => url.replace('nats://', '')) });
    const jsm = await jetstreamManager(nc);
    const copies = async () => [
      (await jsm.consumers.info('EVENKEEL_DECISIONS', durable)).cluster,
      (await jsm.streams.info('EVENKEEL_DECISIONS')).cluster,
    ];
    const isWhole = async () =>
      (await copies()).every((all) => all?.replicas?.length === 2 && all.replicas.every(({ current }) => current));
    const seen: { data: unknown; at: number }[] = [];
    const options = { stream: 'decisions' as const, durable, subjects: [subject('told')], ack_wait_ms: 60_000 };
    let killed = 0;
    const consumption = await bus.consume(options, async (delivery) => {
      seen.push({ data: dataOf(delivery), at: performance.now() });
      if (seen.length === 1) {
        await cluster.members.find(({ name }) => name === current)!.kill();
        killed = performance.now();
      }
      await delivery.ack();
    });
    await until(isWhole);
    const current = (await copies())[0]?.leader;
    await bus.publish(say('told', 1));
    await until(() => killed > 0);
    await bus.publish(say('told', 2));
    await until(() => seen.some(({ data }) => data === 2));
    expect(seen.map(({ data }) => data)).toEqual([1, 1, 2]);
    expect(seen[2]!.at - killed).toBeLessThan(40_000);
    await consumption.stop();
    await nc.close();
    await bus.close();
    await cluster.close();
    await rm(dir, { recursive: true, force: true });
  });
});

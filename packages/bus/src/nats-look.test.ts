import { testNats } from '@evenkeel/servers/test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import { afterAll, describe, expect, test } from 'vitest';
import { connectNats } from './connect-nats.ts';
import { inspectLedger, inspectNats } from './inspect-nats.ts';

const nats = await testNats({ kind: 'own' });
afterAll(() => nats?.stop());
const servers = nats?.url ?? '';
const look = () => inspectNats({ servers, name: 'look', patience_ms: 1_000 });

describe.skipIf(!nats)('looking at NATS', () => {
  test('changes nothing: streams that are not there stay so', async () => {
    expect((await look()).streams.map(({ exists }) => exists)).not.toContain(true);
    const { streams, clock_ahead_ms, servers: known } = await look();
    expect(streams.map(({ exists }) => exists)).not.toContain(true);
    expect([clock_ahead_ms, known]).toEqual([null, 1]);
    expect(await inspectLedger({ servers, name: 'look' }, ({ get }) => get('a'))).toBeNull();
    expect((await look()).streams.map(({ exists }) => exists)).not.toContain(true);
  });

  test('streams as Evenkeel makes them, then one that somebody changed, which the next connection sets right', async () => {
    const bus = await connectNats({ servers, name: 'test' });
    await bus.ledger.create('a', 1);
    await bus.close();
    expect(await inspectLedger({ servers, name: 'look' }, ({ get }) => get('a'))).toMatchObject({ value: 1 });
    const made = await look();
    expect(made.streams.map(({ exists, differs, replicas }) => [exists, differs, replicas])).toEqual(
      made.streams.map(() => [true, [], 1]),
    );
    expect(Math.abs(made.clock_ahead_ms ?? 1e9)).toBeLessThan(2_000);
    const nc = await connect({ servers: servers.replace('nats://', '') });
    const jsm = await jetstreamManager(nc);
    const { config } = await jsm.streams.info('EVENKEEL_DECISIONS');
    await jsm.streams.update('EVENKEEL_DECISIONS', { ...config, max_age: nanos(3_600_000) });
    await nc.close();
    const changed = (await look()).streams.find(({ name }) => name === 'EVENKEEL_DECISIONS');
    expect(changed?.differs).toEqual([
      { option: 'max_age', found: '3600000000000', wanted: String(nanos(90 * 86_400_000)) },
    ]);
    await (await connectNats({ servers, name: 'test' })).close();
    expect((await look()).streams.flatMap(({ differs }) => differs)).toEqual([]);
  });

  test('NATS that is not there is said within its patience', async () => {
    await expect(inspectNats({ servers: 'nats://127.0.0.1:1', name: 'look', patience_ms: 200 })).rejects.toThrow(
      /cannot connect to NATS/,
    );
  });
});

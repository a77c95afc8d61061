import { testNats } from '@evenkeel/servers/test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, describe, expect, test } from 'vitest';
import { connectNats } from './nats-bus.ts';

const server = await testNats({ kind: 'own' });
afterAll(() => server?.stop());

describe.skipIf(!server)('what is removed from the ledger of NATS', () => {
  test('is thrown away only once it is far from the end of its stream, whatever stands under its key by then', async () => {
    const bus = await connectNats({ servers: server!.url, name: 'ledger' });
    const nc = await connect({ servers: server!.url.replace('nats://', '') });
    const jsm = await jetstreamManager(nc);
    const kept = async () => {
      const { state } = await jsm.streams.info('KV_EVENKEEL_LEDGER', { subjects_filter: '$KV.EVENKEEL_LEDGER.lab.>' });
      return Object.keys(state.subjects ?? {}).map((subject) => subject.replace('$KV.EVENKEEL_LEDGER.', ''));
    };
    const { ledger } = bus;
    for (const key of ['lab.gone', 'lab.back']) await ledger.remove(key, (await ledger.create(key, 'first')) as number);
    expect(await ledger.list('lab')).toEqual([]);
    expect((await kept()).sort()).toEqual(['lab.back', 'lab.gone']);
    const again = await ledger.create('lab.back', 'second');
    for (let n = 0, revision = 0; n < 70; n++)
      revision = ((await (n === 0 ? ledger.create('far', n) : ledger.update('far', n, revision))) as number) ?? 0;
    expect(await ledger.list('lab')).toEqual([{ key: 'lab.back', value: 'second', revision: again }]);
    expect(await kept()).toEqual(['lab.back']);
    expect(await ledger.create('lab.gone', 'second')).toBeGreaterThan(again as number);
    await nc.close();
    await bus.close();
  });

  test('roll-ups, which an earlier version let in, are switched off by the next connection', async () => {
    const nc = await connect({ servers: server!.url.replace('nats://', '') });
    const jsm = await jetstreamManager(nc);
    await jsm.streams.update('KV_EVENKEEL_LEDGER', { allow_rollup_hdrs: true });
    await (await connectNats({ servers: server!.url, name: 'ledger' })).close();
    expect((await jsm.streams.info('KV_EVENKEEL_LEDGER')).config.allow_rollup_hdrs).toBe(false);
    await nc.close();
  });
});

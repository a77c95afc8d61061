import { createMemoryBus, type Delivery, type MemoryBus } from '@evenkeel/bus';
import { Config, type DataOf, invariantBroken } from '@evenkeel/contracts';
import { createMemoryStore, type MemoryStore } from '@evenkeel/store';
import { beforeEach, expect, test } from 'vitest';
import { openConfigSource } from './config-source.ts';
import { defineService } from './define-service.ts';
import { envelope } from './envelope.ts';
import { brokenInvariants, createMetrics, type Metrics } from './metrics.ts';
import { busOptions, cluster, counted, time } from './testing/numbers.ts';
import { plainSurroundings } from './testing/plain-surroundings.ts';
import { plainTracing } from './tracing.ts';
import { createWorker } from './worker.ts';

type Broken = DataOf<typeof invariantBroken>;

const breach: Broken = { cluster, at: time, invariant: 'one_end', migration_ids: ['m'], sentence: 'two ends' };
const once = [expect.stringMatching(/^one_end 1×/u)];

let bus: MemoryBus;
let store: MemoryStore;
let metrics: Metrics;
let spans = 0;
beforeEach(() => {
  bus = createMemoryBus(busOptions);
  store = createMemoryStore({ encode: true });
  metrics = createMetrics('test', { process: false });
});

/** A watch that finds a breach in whatever comes. */
async function watch(own: { publish?: MemoryBus['publish']; settle?: MemoryStore['settle'] } = {}, data = breach) {
  const service = defineService({
    name: 'watch',
    summary: '',
    owns: {},
    reads: {},
    publishes: [invariantBroken],
  }).on(counted, async () => [invariantBroken.of(data, time)]);
  const ground = plainSurroundings({
    bus: { ...bus, publish: own.publish ?? bus.publish },
    store: { ...store, settle: own.settle ?? store.settle },
    configs: await openConfigSource(bus.ledger, Config.parse({})),
    clusters: [cluster],
    metrics,
    tracing: plainTracing((bytes) => (++spans).toString(16).padStart(bytes * 2, '0')),
  });
  return createWorker(service, cluster, { ...ground, proxmox: undefined });
}

const nobody = async (): Promise<void> => {};
function delivered(n: number): Delivery {
  const circumstances = { service: 'test', cluster, trace: '00-a-b-01', config_revision: undefined };
  const { event, subject, stream } = envelope(counted, counted.of({ n }, time), circumstances);
  return { stream, subject, event, sequence: n, attempt: 1, ack: nobody, retry: nobody };
}

test('an event whose answer was lost is counted, once: said again it is known to be our own', async () => {
  const publish: MemoryBus['publish'] = async (outgoing) => {
    await bus.publish(outgoing);
    return bus.publish(outgoing);
  };
  const { take, flush } = await watch({ publish });
  await take(delivered(1));
  await flush();
  expect(await brokenInvariants(metrics)).toEqual(once);
});

test('so is one that nobody answered for as long as is waited', async () => {
  let attempts = 0;
  const publish: MemoryBus['publish'] = async (outgoing) => {
    const published = await bus.publish(outgoing);
    if (++attempts === 1) throw new Error('no answer');
    return published;
  };
  const { take, flush } = await watch({ publish });
  await take(delivered(1));
  await flush();
  expect(await brokenInvariants(metrics)).toEqual(once);
});

test.each(['before', 'after'])(
  'so is one that the store does not answer for when it is settled, %s it was',
  async (when) => {
    let attempts = 0;
    const settle: MemoryStore['settle'] = async (scope, ids) => {
      const isFirst = ++attempts === 1;
      if (isFirst && when === 'before') throw new Error('Redis does not answer');
      const settled = await store.settle(scope, ids);
      if (isFirst) throw new Error('Redis does not answer');
      return settled;
    };
    const { take, flush } = await watch({ settle });
    await take(delivered(1));
    await flush();
    expect(await brokenInvariants(metrics)).toEqual(once);
  },
);

test('so is one that its process did not live to count', async () => {
  const { promise: never } = Promise.withResolvers<never>();
  const dies: MemoryBus['publish'] = async (outgoing) => {
    await bus.publish(outgoing);
    return never;
  };
  void (await watch({ publish: dies })).take(delivered(1));
  await expect.poll(() => Array.fromAsync(bus.read('decisions', ['>']))).toHaveLength(1);
  await (await watch()).flush();
  expect(await brokenInvariants(metrics)).toEqual(once);
});

test('what two replicas say at once is counted once: who comes second has to read what stands there', async () => {
  const said = Promise.withResolvers<void>();
  const publish: MemoryBus['publish'] = async (outgoing) => {
    await said.promise;
    const published = await bus.publish(outgoing);
    if (published.status === 'conflict') await new Promise((resolve) => setImmediate(resolve));
    return published;
  };
  const [one, two] = [await watch({ publish }), await watch({ publish })];
  const taken = one.take(delivered(1));
  await expect.poll(() => store.outbox({ service: 'watch', cluster })).toHaveLength(1);
  const flushed = two.flush();
  said.resolve();
  await Promise.all([taken, flushed]);
  expect(await brokenInvariants(metrics)).toEqual(once);
});

test('what stands there already, said of another event, is not counted again', async () => {
  await (await watch()).take(delivered(1));
  await (await watch()).take(delivered(2));
  await (await watch({}, { ...breach, sentence: 'three ends' })).take(delivered(3));
  expect(await brokenInvariants(metrics)).toEqual(once);
});

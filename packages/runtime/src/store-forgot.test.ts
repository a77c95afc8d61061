import { createMemoryBus, type Delivery, type MemoryBus, type Outgoing } from '@evenkeel/bus';
import { type AnyEvent, Config, defineRecord } from '@evenkeel/contracts';
import { createMemoryStore, type MemoryStore } from '@evenkeel/store';
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openConfigSource } from './config-source.ts';
import { defineService, type Service } from './define-service.ts';
import { envelope } from './envelope.ts';
import type { Replayed } from './recall.ts';
import { busOptions, cluster, counted, ofNumber, time } from './testing/numbers.ts';
import { plainSurroundings } from './testing/plain-surroundings.ts';
import { createWorker } from './worker.ts';

const doubled = ofNumber('number.doubled', 'decisions');
const tally = defineRecord({
  name: 'tally',
  owner: 'counter',
  summary: 'What came.',
  data: z.object({ seen: z.array(z.number()) }),
  budget_bytes: 9999,
});
const counter = defineService({ name: 'counter', summary: '', owns: { tally }, reads: {}, publishes: [] }).on(
  counted,
  async ({ data: { n } }, { state }) => {
    const { seen } = (await state.tally.get()) ?? { seen: [] };
    state.tally.set({ seen: [...seen, n] });
    return [];
  },
);
const doubler = defineService({ name: 'doubler', summary: '', owns: {}, reads: {}, publishes: [doubled] }).on(
  counted,
  async ({ data: { n } }) => [doubled.of({ n: n * 2 }, time)],
);

let bus: MemoryBus;
let store: MemoryStore;
let noticed: string[];
let done: string[];
beforeEach(() => {
  bus = createMemoryBus(busOptions);
  store = createMemoryStore({ encode: true });
  noticed = [];
  done = [];
});

async function replica(service: Service, instance: string, publish: MemoryBus['publish'] = bus.publish) {
  const configs = await openConfigSource(bus.ledger, Config.parse({}));
  const around = plainSurroundings({ bus: { ...bus, publish }, store, configs, clusters: [cluster] });
  const on_forgotten = () => void noticed.push(instance);
  return createWorker(service, cluster, { ...around, instance, proxmox: undefined, on_forgotten });
}

const circumstances = { service: 'test', cluster, trace: '00-a-b-01', config_revision: undefined };
function stored(n: number, said: AnyEvent = counted): Replayed {
  const { event, subject, stream } = envelope(said, counted.of({ n }, time), circumstances);
  return { stream, subject, sequence: n, stored_at: n, event };
}
const delivered = (n: number): Delivery => ({
  ...stored(n),
  attempt: 1,
  ack: async () => void done.push(`${n} acknowledged`),
  retry: async () => void done.push(`${n} later`),
});
const seen = async () => ((await store.get(cluster, 'tally', 'all')) as { seen: number[] }).seen;
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test('a replica that has seen no more commits than were made since the second flush decides on no half of a memory', async () => {
  const [a, b] = [await replica(counter, 'a'), await replica(counter, 'b')];
  const first = await a.recall();
  for (const n of upTo(128)) await first.take(stored(n));
  await first.finish();
  await b.recall();
  await a.take(delivered(129));
  await store.forget(cluster);
  const second = await a.recall();
  for (const n of upTo(129)) await second.take(stored(n));
  await b.take(delivered(130));
  expect(done).toEqual(['129 acknowledged', '130 later']);
  expect(noticed).toEqual(['b']);
  await second.finish();
  expect(await seen()).toEqual(upTo(129));
  await b.recall();
  await b.take(delivered(130));
  expect(await seen()).toEqual(upTo(130));
});

test('a replica that knew the store empty looks again before it decides on what another began', async () => {
  const [a, b] = [await replica(counter, 'a'), await replica(counter, 'b')];
  await b.recall();
  const recall = await a.recall();
  for (const n of upTo(65)) await recall.take(stored(n));
  await b.take(delivered(66));
  expect(done).toEqual(['66 later']);
  await recall.finish();
  await b.recall();
  for (const n of [66, 67]) await b.take(delivered(n));
  expect(await seen()).toEqual(upTo(67));
  expect(noticed).toEqual(['b']);
});

test('what another replica knew before the store forgot is not applied upon what was built since', async () => {
  const [a, b] = [await replica(counter, 'a'), await replica(counter, 'b')];
  await a.take(delivered(1));
  await b.recall();
  await store.forget(cluster);
  await a.recall();
  await a.take(delivered(2));
  await b.take(delivered(3));
  expect(await seen()).toEqual([2]);
  await b.recall();
  await b.take(delivered(3));
  expect(await seen()).toEqual([2, 3]);
});

test('what was said of what the store forgot leaves what was committed since to be said', async () => {
  const answer = Promise.withResolvers<void>();
  let isAway = true;
  const slow = await replica(doubler, 'slow', async (outgoing: Outgoing) => {
    await answer.promise;
    return bus.publish(outgoing);
  });
  const other = await replica(doubler, 'other', async (outgoing: Outgoing) => {
    if (isAway) throw new Error('NATS is away');
    return bus.publish(outgoing);
  });
  const saying = slow.take(delivered(1));
  await expect.poll(() => store.outbox({ service: 'doubler', cluster })).toHaveLength(1);
  await store.forget(cluster);
  await other.recall();
  await other.take(delivered(2));
  answer.resolve();
  await saying;
  isAway = false;
  await other.flush();
  const said = await Array.fromAsync(bus.read('decisions', ['>']), ({ event }) => event.data);
  expect(said).toEqual([{ n: 2 }, { n: 4 }]);
});

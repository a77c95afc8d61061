import { createMemoryBus, type MemoryBus } from '@evenkeel/bus';
import { Config, defineRecord } from '@evenkeel/contracts';
import { createMemoryStore, type Store } from '@evenkeel/store';
import { beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { openConfigSource } from './config-source.ts';
import { defineService } from './define-service.ts';
import { type Started, start } from './start.ts';
import { busOptions, cluster, ofNumber, time } from './testing/numbers.ts';
import { plainSurroundings } from './testing/plain-surroundings.ts';

const closed = ofNumber('number.closed', 'decisions');
const open = defineRecord({
  name: 'open',
  owner: 'tracker',
  summary: 'How many are open.',
  data: z.int(),
  budget_bytes: 99,
});
/** Opens one more at each turn of its timer, and closes them all where the cluster goes. */
const tracker = defineService({ name: 'tracker', summary: '', owns: { open }, reads: {}, publishes: [closed] })
  .every(
    'machine',
    () => 1,
    async ({ state, cluster }) => {
      worked.push(cluster);
      state.open.set(((await state.open.get()) ?? 0) + 1);
      return [];
    },
  )
  .leave(async ({ state }) => {
    if (hold) throw new Error('not now');
    const n = (await state.open.get()) ?? 0;
    state.open.remove();
    return n > 0 ? [closed.of({ n }, time)] : [];
  });

let bus: MemoryBus;
let started: Started;
let worked: string[];
let hold: boolean;
/** Has Redis say nothing from now on, or answer again; either way whoever listens looks at it anew. */
let redis: (state: 'hangs' | 'answers') => void;

const watched = (...names: string[]) => names.map((name) => ({ name, reach: '' }));
const said = () => Array.fromAsync(bus.read('decisions', ['>']), ({ event }) => event.data);
const isReady = () => started.checks().every(({ trouble }) => trouble() === null);

beforeEach(async () => {
  bus = createMemoryBus(busOptions);
  worked = [];
  hold = false;
  let hangs = false;
  const listeners: (() => void)[] = [];
  const memory = createMemoryStore();
  const asked =
    <A extends unknown[], T>(call: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      if (hangs) throw new Error('Redis does not answer');
      return call(...given);
    };
  const store: Store = {
    ...memory,
    version: asked(memory.version),
    outbox: asked(memory.outbox),
    commit: asked(memory.commit),
    on_reconnect: (listener) => void listeners.push(listener),
  };
  redis = (state) => {
    hangs = state === 'hangs';
    for (const listener of listeners) listener();
  };
  const configs = await openConfigSource(bus.ledger, Config.parse({}));
  started = await start([tracker], plainSurroundings({ bus, store, configs, clusters: [] }));
  await started.watch(watched(cluster));
  await started.tick();
});

test('what is open in a cluster that goes is closed', async () => {
  await started.watch([]);
  expect(await said()).toEqual([{ n: 1 }]);
  expect(isReady()).toBe(true);
});

test('also where the store was just being looked at when the cluster went: then it goes later', async () => {
  redis('hangs');
  await expect(started.watch([])).rejects.toThrow('comparing what is remembered with what was acknowledged');
  expect(await said()).toEqual([]);
  redis('answers');
  await vi.waitFor(() => expect(isReady()).toBe(true));
  await started.watch([]);
  expect(await said()).toEqual([{ n: 1 }]);
  await started.tick();
  expect(worked).toEqual([cluster]);
});

test('one that the farewell cannot be said for keeps no other cluster from coming', async () => {
  hold = true;
  await expect(started.watch(watched('east'))).rejects.toThrow('not now');
  await started.tick();
  expect(worked.slice(1).toSorted()).toEqual(['east', cluster].toSorted());
  hold = false;
  await started.watch(watched('east'));
  expect(await said()).toEqual([{ n: 2 }]);
});

test('a name that comes back before its farewell goes on with what it has open, and nothing was said', async () => {
  redis('hangs');
  await expect(started.watch([])).rejects.toThrow();
  redis('answers');
  await vi.waitFor(() => expect(isReady()).toBe(true));
  await started.watch(watched(cluster));
  await started.tick();
  expect(await said()).toEqual([]);
  await started.watch([]);
  expect(await said()).toEqual([{ n: 2 }]);
});

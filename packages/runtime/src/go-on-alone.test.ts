import { createMemoryBus } from '@evenkeel/bus';
import { Config, defineRecord } from '@evenkeel/contracts';
import { createMemoryStore } from '@evenkeel/store';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openConfigSource } from './config-source.ts';
import { defineService } from './define-service.ts';
import { start } from './start.ts';
import { busOptions, cluster } from './testing/numbers.ts';
import { plainSurroundings } from './testing/plain-surroundings.ts';

const seen = defineRecord({
  name: 'seen',
  owner: 'looker',
  summary: 'What was seen.',
  data: z.number(),
  budget_bytes: 100,
});

/** A service that looks once in a while, with what it did; `store.answers` says what becomes of a question. */
async function setUp() {
  const did: string[] = [];
  const logged: string[] = [];
  const service = defineService({
    name: 'looker',
    summary: '',
    owns: { seen },
    reads: {},
    uses: { ledger: true },
    publishes: [],
  })
    .every(
      'machine',
      () => 0.01,
      async ({ state }) => {
        did.push(`saw ${Object.keys(await state.seen.all()).length}`);
        return [];
      },
    )
    .withoutStore(async (context) => {
      expect(context).not.toHaveProperty('state');
      did.push(`went on with ${(await context.ledger.list('x')).length} in the ledger`);
    });
  const memory = createMemoryStore();
  const bus = createMemoryBus(busOptions);
  const store = { trouble: null as string | null, answers: () => {} };
  const asked =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      store.answers();
      return call(...args);
    };
  const say = (level: string) => (_: object, message: string) => void logged.push(`${level}: ${message}`);
  const started = await start(
    [service],
    plainSurroundings({
      bus,
      store: {
        ...memory,
        outbox: asked(memory.outbox),
        version: asked(memory.version),
        position: asked(memory.position),
        trouble: () => store.trouble,
      },
      configs: await openConfigSource(bus.ledger, Config.parse({})),
      clusters: [cluster],
      log: { debug() {}, info: say('info'), warn: say('warn'), error: say('error') },
      timers: 'run',
    }),
  );
  const next = async (what: RegExp) => {
    did.length = 0;
    await expect.poll(() => did.join()).toMatch(what);
    return [...did];
  };
  return { started, store, bus, next, logged };
}

const fails = () => {
  throw new Error('Redis does not answer');
};

test('while the store does not answer, a service goes on with the rest, and by itself as before once it answers', async () => {
  const { started, store, next, logged } = await setUp();
  await next(/saw 0/);
  store.answers = fails;
  await next(/went on with 0/);
  expect(started.checks().map(({ trouble }) => trouble())).toContain('Redis does not answer');
  store.answers = () => {};
  await next(/saw 0/);
  await expect.poll(() => started.checks().map(({ trouble }) => trouble())).toEqual([null, null, null]);
  expect(logged).toEqual(['warn: a timer failed; it goes on', 'info: the timer works again']);
  await started.stop();
});

test('a store that is known to be away is not asked first', async () => {
  const { started, store, next } = await setUp();
  store.trouble = 'Redis is away';
  let asked = 0;
  store.answers = () => {
    asked++;
  };
  await next(/went on.*went on/);
  asked = 0;
  expect(await next(/went on.*went on/)).not.toContain('saw 0');
  expect(asked).toBe(0);
  await started.stop();
});

test('what fails then is told once, and does not end it', async () => {
  const { started, store, bus, next, logged } = await setUp();
  store.trouble = 'Redis is away';
  const { list } = bus.ledger;
  let tries = 0;
  bus.ledger.list = async () => {
    tries++;
    throw new Error('NATS is away');
  };
  await expect.poll(() => tries).toBeGreaterThan(3);
  bus.ledger.list = list;
  await next(/went on/);
  expect(logged.filter((line) => /without the store/.test(line))).toEqual([
    'warn: without the store nothing goes on here',
    'info: without the store it goes on again',
  ]);
  await started.stop();
});

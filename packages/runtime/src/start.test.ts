import { createMemoryBus, type MemoryBus, withFaults } from '@evenkeel/bus';
import { Config, defineRecord } from '@evenkeel/contracts';
import type { Proxmox } from '@evenkeel/proxmox';
import { createMemoryStore, type Store } from '@evenkeel/store';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { openConfigSource } from './config-source.ts';
import { defineService, type Service } from './define-service.ts';
import { envelope } from './envelope.ts';
import { createMetrics } from './metrics.ts';
import { Outside } from './outside.ts';
import { start } from './start.ts';
import { busOptions, cluster, counted, ofNumber, say, time } from './testing/numbers.ts';
import { plainTracing } from './tracing.ts';

const doubled = ofNumber('number.doubled', 'decisions');
const total = defineRecord({
  name: 'total',
  owner: 'adder',
  summary: 'Sum of what came.',
  data: z.object({ sum: z.number(), seen: z.array(z.number()) }),
  budget_bytes: 4096,
});

const doubler = defineService({ name: 'doubler', summary: '', owns: {}, reads: {}, publishes: [doubled] }).on(
  counted,
  async ({ data }) => [doubled.of({ n: data.n * 2 }, time)],
);
const adder = defineService({ name: 'adder', summary: '', owns: { total }, reads: {}, publishes: [] }).on(
  doubled,
  async ({ data }, { state }) => {
    const { sum, seen } = (await state.total.get()) ?? { sum: 0, seen: [] };
    state.total.set({ sum: sum + data.n, seen: [...seen, data.n] });
    return [];
  },
);

/** All that the runtime itself asks of a cluster. */
const onlyAClock = {
  version: async () => ({ version: '9.2.1', release: '9.2' }),
  clock: () => ({ now: 0, scale: 1 }),
  close: async () => {},
} as Partial<Proxmox> as Proxmox;

async function setUp(
  services: readonly Service[],
  bus: MemoryBus,
  store: Store,
  instance = 'one',
  timers: 'run' | 'manual' = 'manual',
) {
  const logged: string[] = [];
  const log = (level: string) => (_fields: object, message: string) => void logged.push(`${level}: ${message}`);
  const started = await start(services, {
    bus,
    store,
    configs: await openConfigSource(bus.ledger, Config.parse({})),
    clusters: [cluster],
    proxmox: () => onlyAClock,
    metrics: createMetrics('test', { process: false }),
    tracing: plainTracing((n) => 'a'.repeat(n * 2)),
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    machine_now: () => 0,
    instance,
    timers,
  });
  return { started, logged };
}

const sumOf = async (store: Store) => (await store.all(cluster, 'total')).all as { sum: number; seen: number[] };
const numbers = Array.from({ length: 20 }, (_, n) => n + 1);

describe('a service', () => {
  test('handles each event once, in order', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    await setUp([doubler, adder], bus, store);
    for (const n of numbers) await say(bus, counted, counted.of({ n }, time));
    await bus.settled();
    expect(await sumOf(store)).toEqual({ sum: 420, seen: numbers.map((n) => 2 * n) });
  });

  test.each(numbers)(
    'comes to the same when every publish fails once and all comes twice, late and shuffled (seed %i)',
    async (seed) => {
      const store = createMemoryStore({ encode: true });
      const bus = withFaults(createMemoryBus(busOptions), {
        fail_publish: (_outgoing, nth) => (nth > 1 ? null : seed % 2 === 0 ? 'refused' : 'unanswered'),
        duplicate: () => true,
        shuffle: { seed, window: 5 },
      });
      await setUp([doubler, adder], bus, store);
      for (const n of numbers) await say(bus, counted, counted.of({ n }, time));
      await bus.settled();
      const { sum, seen } = await sumOf(store);
      expect(sum).toBe(420);
      expect(seen.toSorted((a, b) => a - b)).toEqual(numbers.map((n) => 2 * n));
    },
  );

  test('says after a restart what it had committed and not yet said', async () => {
    const [memory, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    let down = true;
    const bus = {
      ...memory,
      publish: async (o: Parameters<MemoryBus['publish']>[0]) => {
        if (down && o.stream === 'decisions') throw new Error('killed');
        return memory.publish(o);
      },
    };
    const first = await setUp([doubler], bus, store);
    await say(memory, counted, counted.of({ n: 7 }, time));
    await expect.poll(() => store.outbox({ service: 'doubler', cluster })).toHaveLength(1);
    await first.started.stop();
    down = false;
    await setUp([adder], bus, store, 'two');
    await setUp([doubler], bus, store, 'two');
    await bus.settled();
    expect(await sumOf(store)).toEqual({ sum: 14, seen: [14] });
  });

  test('handles again what the store has forgotten, and says nothing twice', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    const first = await setUp([doubler, adder], bus, store);
    for (const n of [1, 2, 3]) await say(bus, counted, counted.of({ n }, time));
    await bus.settled();
    await first.started.stop();
    const empty = createMemoryStore({ encode: true });
    const second = await setUp([doubler, adder], bus, empty, 'two');
    await bus.settled();
    expect(await sumOf(empty)).toEqual({ sum: 12, seen: [2, 4, 6] });
    expect(second.logged).toContain('warn: the store has forgotten: handling again');
  });

  test('says nothing on what it handles again, however long ago it was, but for one that acts on the outside', async () => {
    const memory = createMemoryBus(busOptions);
    const said: string[] = [];
    const publish: MemoryBus['publish'] = (outgoing) => {
      said.push(outgoing.event.id);
      return memory.publish(outgoing);
    };
    const bus = { ...memory, publish };
    const told = { ...doubled, name: 'number.told', stream: 'telemetry' as const };
    const teller = defineService({ name: 'teller', summary: '', owns: {}, reads: {}, publishes: [told] }).on(
      counted,
      async ({ data }) => [{ name: 'number.told', data, time }],
    );
    const actor = { ...doubler, name: 'actor', uses: { proxmox: 'write' as const } };
    const first = await setUp([teller, actor], bus, createMemoryStore({ encode: true }));
    await say(memory, counted, counted.of({ n: 1 }, time));
    await memory.settled();
    await first.started.stop();
    expect(said.splice(0).toSorted()).toEqual(['number.doubled/homelab/2', 'number.told/homelab/1']);
    await setUp([teller, actor], bus, createMemoryStore({ encode: true }), 'two');
    await say(memory, counted, counted.of({ n: 2 }, time));
    await memory.settled();
    const news = ['number.doubled/homelab/4', 'number.told/homelab/2'];
    expect(said.toSorted()).toEqual(['number.doubled/homelab/2', ...news]);
  });

  test('handles again only what leaves something behind', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    let seen: string[] = [];
    const glanced = ofNumber('number.glanced', 'telemetry');
    const note =
      (name: string) =>
      async ({ data }: { data: { n: number } }) => {
        seen.push(`${name} ${data.n}`);
        return [];
      };
    const choosy = defineService({ name: 'choosy', summary: '', owns: {}, reads: {}, publishes: [] })
      .on(counted, note('counted'))
      .on(glanced, note('glanced'))
      .remember(glanced, async () => {});
    const first = await setUp([choosy], bus, store);
    const tell = (event: typeof counted, n: number) => say(bus, event, event.of({ n }, time));
    for (const n of [1, 2]) for (const event of [counted, glanced]) await tell(event, n);
    await tell(counted, 3);
    await bus.settled();
    expect(seen).toHaveLength(5);
    await first.started.stop();
    seen = [];
    const empty = createMemoryStore({ encode: true });
    const second = await setUp([choosy], bus, empty, 'two');
    expect(seen).toEqual(['counted 1', 'counted 2', 'counted 3']);
    await second.started.stop();
    seen = [];
    await setUp([choosy], bus, empty, 'three');
    await tell(glanced, 9);
    await bus.settled();
    expect(seen).toEqual(['glanced 9']);
  });

  test('passes over what it could not handle before, and lays it aside only once', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    const picky = defineService({ name: 'picky', summary: '', owns: { total }, reads: {}, publishes: [] }).on(
      counted,
      async ({ data }, { state }) => {
        if (data.n === 2) throw new Error('not two');
        const { sum } = (await state.total.get()) ?? { sum: 0 };
        state.total.set({ sum: sum + data.n, seen: [] });
        return [];
      },
    );
    const { logged } = await setUp([picky], bus, store);
    for (const n of [1, 2, 3]) await say(bus, counted, counted.of({ n }, time));
    await bus.settled();
    await store.forget(cluster);
    await say(bus, counted, counted.of({ n: 4 }, time));
    await bus.settled();
    await expect.poll(() => sumOf(store)).toEqual({ sum: 8, seen: [] });
    expect(await Array.fromAsync(bus.letters())).toHaveLength(1);
    expect(logged).toContain('info: what was forgotten is known again');
  });

  test('what waits in line behind the one that found the store empty is not handled on nothing', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    const other = ofNumber('number.other', 'decisions');
    const collect = async (
      { data }: { data: { n: number } },
      {
        state,
      }: {
        state: {
          total: {
            get: () => Promise<{ sum: number; seen: number[] } | undefined>;
            set: (value: { sum: number; seen: number[] }) => void;
          };
        };
      },
    ) => {
      const { sum, seen } = (await state.total.get()) ?? { sum: 0, seen: [] };
      state.total.set({ sum: sum + data.n, seen: [...seen, data.n] });
      return [];
    };
    const both = defineService({ name: 'both', summary: '', owns: { total }, reads: {}, publishes: [] })
      .on(counted, collect)
      .on(other, collect);
    await setUp([both], bus, store);
    for (const n of [1, 2, 3]) await say(bus, counted, counted.of({ n }, time));
    await say(bus, other, other.of({ n: 10 }, time));
    await bus.settled();
    await store.forget(cluster);
    await Promise.all([say(bus, counted, counted.of({ n: 4 }, time)), say(bus, other, other.of({ n: 20 }, time))]);
    await bus.settled();
    await expect.poll(async () => (await sumOf(store)).seen.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 10, 20]);
  });

  test('does nothing by the clock while it builds again what the store has forgotten', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    let held: PromiseWithResolvers<void> | undefined;
    let replayed = 0;
    const ticks: number[] = [];
    const slow = defineService({ name: 'slow', summary: '', owns: { total }, reads: {}, publishes: [] })
      .on(counted, async ({ data }, { state }) => {
        replayed = data.n;
        await held?.promise;
        state.total.set({ sum: data.n, seen: [] });
        return [];
      })
      .every(
        'machine',
        () => 0.01,
        async ({ state }) => {
          ticks.push((await state.total.get())?.sum ?? 0);
          return [];
        },
      );
    const { started } = await setUp([slow], bus, store, 'one', 'run');
    await say(bus, counted, counted.of({ n: 7 }, time));
    await bus.settled();
    await vi.waitFor(() => expect(ticks.at(-1)).toBe(7));
    ticks.splice(0);
    replayed = 0;
    held = Promise.withResolvers();
    await store.forget(cluster);
    await vi.waitFor(() => expect(replayed).toBe(7));
    expect(
      started
        .checks()
        .find(({ name }) => name === 'store')
        ?.trouble(),
    ).toMatch(/slow handles telemetry again/);
    held.resolve();
    const since = ticks.length;
    await vi.waitFor(() => expect(ticks.length).toBeGreaterThan(since + 1));
    expect(ticks).not.toContain(0);
    await started.stop();
  });

  test('says nothing along with what was decided otherwise before', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    const verdict = { ...ofNumber('verdict.reached', 'decisions'), leads: true as const, id: () => 'the run' };
    const decider = (n: number) =>
      defineService({ name: 'decider', summary: '', owns: {}, reads: {}, publishes: [verdict, doubled] }).on(
        counted,
        async () => [doubled.of({ n }, time), { ...verdict.of({ n }, time), name: 'verdict.reached' }],
      );
    const first = await setUp([decider(1)], bus, store);
    await say(bus, counted, counted.of({ n: 1 }, time));
    await bus.settled();
    await first.started.stop();
    await setUp([decider(2)], bus, createMemoryStore({ encode: true }), 'two');
    await bus.settled();
    const said = await Array.fromAsync(bus.read('decisions', ['>']));
    expect(said.map(({ event }) => [event.type, event.data])).toEqual([
      ['dev.evenkeel.verdict.reached.v1', { n: 1 }],
      ['dev.evenkeel.number.doubled.v1', { n: 1 }],
    ]);
  });

  test('lays aside what it cannot handle and goes on with the rest', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    const picky = defineService({ name: 'picky', summary: '', owns: { total }, reads: {}, publishes: [] }).on(
      counted,
      async ({ data }, { state }) => {
        if (data.n === 2) throw new Error('not two');
        state.total.set({ sum: data.n, seen: [] });
        return [];
      },
    );
    await setUp([picky], bus, store);
    for (const n of [1, 2, 3]) await say(bus, counted, counted.of({ n }, time));
    await bus.settled();
    expect(await sumOf(store)).toEqual({ sum: 3, seen: [] });
    const letters = await Array.fromAsync(bus.letters());
    expect(letters.map((l) => l.reason)).toEqual(['not two']);
  });

  test('lays aside what it cannot handle of two streams in turns, after five tries each', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    const tries: string[] = [];
    const fail = (stream: string) => (n: number) => {
      if (n !== 2) return [];
      if (tries.length < 100) tries.push(stream);
      else throw new Outside('nobody lays it aside');
      throw new Error(`no two in ${stream}`);
    };
    const [told, decided] = [fail('telemetry'), fail('decisions')];
    const picky = defineService({ name: 'picky', summary: '', owns: {}, reads: {}, publishes: [] })
      .on(counted, async ({ data }) => told(data.n))
      .on(doubled, async ({ data }) => decided(data.n));
    await setUp([picky], bus, store);
    for (const n of [1, 2, 3]) for (const event of [counted, doubled]) await say(bus, event, event.of({ n }, time));
    await vi.waitFor(async () => expect(await Array.fromAsync(bus.letters())).toHaveLength(2), 2000);
    await bus.settled();
    expect(tries.filter((stream) => stream === 'telemetry')).toHaveLength(5);
    expect(tries.filter((stream) => stream === 'decisions')).toHaveLength(5);
    const letters = await Array.fromAsync(bus.letters());
    expect(letters.map((l) => l.reason).sort()).toEqual(['no two in decisions', 'no two in telemetry']);
    expect(bus.idle()).toBe(true);
  });

  test('lays aside an event whose configuration nobody has told, and goes on with the rest', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    await setUp([doubler, adder], bus, store);
    const { subject, stream, once, event } = envelope(counted, counted.of({ n: 1 }, time), {
      service: 'test',
      cluster,
      trace: '00-a-b-01',
      config_revision: 'never told',
    });
    await bus.publish({ subject, stream, once, event });
    await say(bus, counted, counted.of({ n: 2 }, time));
    await bus.settled();
    expect(await sumOf(store)).toEqual({ sum: 4, seen: [4] });
    const letters = await Array.fromAsync(bus.letters());
    expect(letters.map((l) => l.reason)).toEqual(['"never told" is not a revision of a configuration']);
  });

  test('does not count trouble outside as tries of a handler', async () => {
    const [bus, memory] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    let troubles = 20;
    const store = {
      ...memory,
      commit: async (...given: Parameters<Store['commit']>) => {
        if (troubles-- > 0) throw new Error('the store is away');
        return memory.commit(...given);
      },
    };
    let bugs = 3;
    const shaky = defineService({ name: 'shaky', summary: '', owns: { total }, reads: {}, publishes: [] }).on(
      counted,
      async ({ data }, { state }) => {
        state.total.set({ sum: data.n, seen: [] });
        if (troubles <= 0 && bugs-- > 0) throw new Error('a passing bug');
        return [];
      },
    );
    await setUp([shaky], bus, store);
    await say(bus, counted, counted.of({ n: 5 }, time));
    await bus.settled();
    expect(await sumOf(store)).toEqual({ sum: 5, seen: [] });
    expect(await Array.fromAsync(bus.letters())).toEqual([]);
  });

  test('lays aside data that is not valid, naming the field', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    await setUp([doubler], bus, store);
    await say(bus, counted, { name: counted.name, data: { n: 'many' }, time } as never);
    await bus.settled();
    const [letter] = await Array.fromAsync(bus.letters());
    expect(letter?.reason).toContain('"n"');
  });

  test('shares the work among replicas without doing anything twice', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    await setUp([doubler, adder], bus, store, 'one');
    await setUp([doubler, adder], bus, store, 'two');
    for (const n of numbers) await say(bus, counted, counted.of({ n }, time));
    await bus.settled();
    expect((await sumOf(store)).sum).toBe(420);
  });

  test('may not say what it does not declare', async () => {
    const [bus, store] = [createMemoryBus(busOptions), createMemoryStore({ encode: true })];
    const liar = defineService({ name: 'liar', summary: '', owns: {}, reads: {}, publishes: [] }).on(
      counted,
      (async () => [doubled.of({ n: 1 }, time)]) as never,
    );
    await setUp([liar], bus, store);
    await say(bus, counted, counted.of({ n: 1 }, time));
    await bus.settled();
    const [letter] = await Array.fromAsync(bus.letters());
    expect(letter?.reason).toContain('which it does not declare');
  });
});

test('a timer that is at work when all stops finishes, and is not waited for until its next turn', async () => {
  let finish: () => void = () => {};
  let runs = 0;
  const ticker = defineService({ name: 'ticker', summary: '', owns: {}, reads: {}, publishes: [] }).every(
    'machine',
    () => 3600,
    async () => {
      runs += 1;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return [];
    },
  );
  const { started } = await setUp([ticker], createMemoryBus(busOptions), createMemoryStore(), 'one', 'run');
  await vi.waitFor(() => expect(runs).toBe(1));
  const stopped = started.stop();
  finish();
  await stopped;
  expect(runs).toBe(1);
}, 2_000);

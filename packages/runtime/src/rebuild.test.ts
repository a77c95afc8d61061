import { createMemoryBus, type MemoryBus } from '@evenkeel/bus';
import { Config, defineRecord } from '@evenkeel/contracts';
import { createMemoryStore, type Store } from '@evenkeel/store';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ConfigSource, openConfigSource } from './config-source.ts';
import { defineService, type Service } from './define-service.ts';
import { rebuild } from './rebuild.ts';
import { start } from './start.ts';
import { busOptions, cluster, counted, ofNumber, say, time } from './testing/numbers.ts';
import { plainSurroundings } from './testing/plain-surroundings.ts';

const drawn = ofNumber('number.drawn', 'decisions');
const told = ofNumber('number.told', 'decisions');
const recordOf = (name: string, owner: string) =>
  defineRecord({
    name,
    owner,
    summary: 'What came.',
    data: z.object({ seen: z.array(z.string()) }),
    budget_bytes: 9999,
  });
const journal = recordOf('journal', 'clerk');
const shelf = recordOf('shelf', 'clerk');
const tally = recordOf('tally', 'counter');
const book = recordOf('book', 'author');

/** Minds the order of two streams; puts things on a shelf, looks at all of it, and takes old ones off. */
const clerk = defineService({ name: 'clerk', summary: '', owns: { journal, shelf }, reads: {}, publishes: [] })
  .on(counted, async ({ data: { n } }, { state }) => {
    state.shelf.set({ seen: [`${n}`] }, `${n % 7}`);
    if (n % 5 === 0) state.shelf.remove(`${(n * 3) % 7}`);
    const { seen } = (await state.journal.get()) ?? { seen: [] };
    state.journal.set({ seen: [...seen, `counted ${n}, ${Object.keys(await state.shelf.all()).sort()}`].slice(-40) });
    return [];
  })
  .on(drawn, async ({ data: { n } }, { state }) => {
    if (n % 50 === 49) throw new Error('not such a number');
    const { seen } = (await state.journal.get()) ?? { seen: [] };
    const there = await state.shelf.get(`${n % 7}`);
    state.journal.set({ seen: [...seen, `drawn ${n}, ${there?.seen}`].slice(-40) });
    return [];
  });
const counter = defineService({ name: 'counter', summary: '', owns: { tally }, reads: {}, publishes: [] }).on(
  counted,
  async ({ data: { n } }, { state }) => {
    const { seen } = (await state.tally.get()) ?? { seen: [] };
    state.tally.set({ seen: [...seen, `${n}`] });
    return [];
  },
);
/** Decides something else each time that it is asked; what it said is what holds. */
let asked = 0;
const author = defineService({ name: 'author', summary: '', owns: { book }, reads: {}, publishes: [told] })
  .on(counted, async ({ data: { n } }, { state }) => {
    asked += 1;
    const { seen } = (await state.book.get()) ?? { seen: [] };
    state.book.set({ seen: [...seen, `heard ${n}, said ${asked}`] });
    return n % 4 === 0 ? [told.of({ n: asked }, time)] : [];
  })
  .remember(counted, async ({ data: { n } }, { state }) => {
    const { seen } = (await state.book.get()) ?? { seen: [] };
    state.book.set({ seen: [...seen, `heard ${n}`] });
  })
  .remember(told, async ({ data: { n } }, { state }) => {
    const { seen } = (await state.book.get()) ?? { seen: [] };
    state.book.set({ seen: [...seen.slice(0, -1), `${seen.at(-1)}, said ${n}`] });
  });
const services: readonly Service[] = [clerk, counter];

type Ground = { bus: MemoryBus; store: Store; configs: ConfigSource };

const log = { debug() {}, info() {}, warn() {}, error() {} };
const run = (ground: Ground, these = services) => start(these, plainSurroundings({ ...ground, clusters: [cluster] }));
const rebuildOn = (ground: Ground) => rebuild(services, { ...ground, cluster, log });

const stateOf = async (store: Store) => ({
  journal: await store.all(cluster, 'journal'),
  shelf: await store.all(cluster, 'shelf'),
  tally: await store.all(cluster, 'tally'),
});

/** Two hundred events of two streams, each handled before the next; the services still run. */
async function lived() {
  const bus = createMemoryBus(busOptions);
  const ground: Ground = {
    bus,
    store: createMemoryStore({ encode: true }),
    configs: await openConfigSource(bus.ledger, Config.parse({})),
  };
  const started = await run(ground);
  for (let n = 1; n <= 200; n++) {
    const event = n % 3 === 0 ? drawn : counted;
    await say(bus, event, event.of({ n }, time));
    await bus.settled();
  }
  return { ground, started, before: await stateOf(ground.store), letters: await Array.fromAsync(bus.letters()) };
}

describe('building again', () => {
  test('leads to the very state that there was, two streams in their order, and is done in few commits', async () => {
    const { ground, started, before, letters } = await lived();
    await started.stop();
    let commits = 0;
    const commit: Store['commit'] = (...given) => {
      commits += 1;
      return ground.store.commit(...given);
    };
    await rebuildOn({ ...ground, store: { ...ground.store, commit } });
    expect(await stateOf(ground.store)).toEqual(before);
    expect(letters).toHaveLength(1);
    expect(await Array.fromAsync(ground.bus.letters())).toEqual(letters);
    expect(commits).toBeLessThanOrEqual(8);
  });

  test('reads each event once for all services of the process, whole or at their next start', async () => {
    const { ground, started, before } = await lived();
    await started.stop();
    await ground.store.forget(cluster);
    const read: string[] = [];
    const bus: MemoryBus = {
      ...ground.bus,
      read: async function* (...given) {
        for await (const stored of ground.bus.read(...given)) {
          read.push(stored.event.id);
          yield stored;
        }
      },
    };
    const again = await run({ ...ground, bus });
    expect(await stateOf(ground.store)).toEqual(before);
    expect(read).toHaveLength(200);
    await again.stop();
  });

  test.each([1, 2, 3, 5])('goes on where it was killed after %i commits', async (last) => {
    const { ground, started, before } = await lived();
    await started.stop();
    const killed = Promise.withResolvers<void>();
    let commits = 0;
    const commit: Store['commit'] = async (...given) => {
      if (++commits <= last) return ground.store.commit(...given);
      killed.resolve();
      return new Promise(() => {});
    };
    void rebuildOn({ ...ground, store: { ...ground.store, commit } });
    await killed.promise;
    expect(await stateOf(ground.store)).not.toEqual(before);
    const again = await run(ground);
    expect(await stateOf(ground.store)).toEqual(before);
    await again.stop();
  });

  test.each(['version', 'position', 'handled', 'commit'] as const)(
    'begins anew where the store is emptied once more, whenever: before a call of %s',
    async (call) => {
      const { ground, started, before } = await lived();
      await started.stop();
      let calls = 0;
      const when: Record<typeof call, number[]> = {
        version: [1, 2],
        position: [1, 2, 3],
        handled: [1, 40, 150, 200],
        commit: [1, 2, 4, 5],
      };
      for (const nth of when[call]) {
        calls = 0;
        const store = {
          ...ground.store,
          [call]: async (...given: never[]) => {
            if (++calls === nth) await ground.store.forget(cluster);
            return (ground.store[call] as (...given: never[]) => Promise<unknown>)(...given);
          },
        };
        await rebuildOn({ ...ground, store });
        expect(calls).toBeGreaterThanOrEqual(nth);
        expect(await stateOf(ground.store)).toEqual(before);
      }
    },
  );

  test('beside services that run takes no delivery from them, and what is new is handled once', async () => {
    const { ground, started, letters } = await lived();
    const consumed: string[] = [];
    const bus: MemoryBus = {
      ...ground.bus,
      consume: async (options, handle) => {
        consumed.push(options.durable);
        return ground.bus.consume(options, handle);
      },
    };
    const rebuilt = rebuildOn({ ...ground, bus });
    for (let n = 201; n <= 260; n++) await say(ground.bus, counted, counted.of({ n }, time));
    await rebuilt;
    await ground.bus.settled();
    expect(consumed).toEqual([]);
    const { seen } = (await ground.store.get(cluster, 'tally', 'all')) as { seen: string[] };
    const all = Array.from({ length: 260 }, (_, n) => n + 1).filter((n) => n > 200 || n % 3 !== 0);
    expect(seen.map(Number)).toEqual(all);
    expect(await Array.fromAsync(ground.bus.letters())).toEqual(letters);
    await started.stop();
  });

  test.each([1, 2, 3])('of several at once (%i) leads to the same state', async (others) => {
    const { ground, started, before } = await lived();
    await Promise.all(Array.from({ length: others }, () => rebuildOn(ground)));
    const last = counted.of({ n: 1000 }, time);
    await say(ground.bus, counted, last);
    await ground.bus.settled();
    await started.stop();
    const after = await stateOf(ground.store);
    expect(after.tally).toEqual({ all: { seen: [...(before.tally.all as { seen: string[] }).seen, '1000'] } });
  });

  test('does not decide anew where what was decided is remembered, up to the last that was said', async () => {
    asked = 0;
    const bus = createMemoryBus(busOptions);
    const configs = await openConfigSource(bus.ledger, Config.parse({}));
    const ground: Ground = { bus, store: createMemoryStore({ encode: true }), configs };
    const started = await run(ground, [author]);
    for (let n = 1; n <= 20; n++) {
      await say(bus, counted, counted.of({ n }, time));
      await bus.settled();
    }
    const before = (await ground.store.all(cluster, 'book')).all as { seen: string[] };
    const said = before.seen.map((line, i) => ((i + 1) % 4 === 0 ? line : line.replace(/, said.*/, '')));
    await started.stop();
    await rebuild([author], { ...ground, cluster, log });
    expect(asked).toBe(20);
    expect(await ground.store.all(cluster, 'book')).toEqual({ all: { seen: said } });
    const again = await run(ground, [author]);
    await say(bus, counted, counted.of({ n: 21 }, time));
    await bus.settled();
    await again.stop();
    expect(asked).toBe(21);
    expect(await Array.fromAsync(bus.letters())).toEqual([]);
  });
});

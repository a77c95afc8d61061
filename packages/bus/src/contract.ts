import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSetting, dataOf, gather, until } from './contract-setting.ts';
import { type Bus, EventTooLarge } from './port.ts';

export { ledgerContract } from './ledger-contract.ts';

/** What every bus must do; tests keep out of each other's way, so that one server serves them all. */
export function busContract(name: string, make: () => Promise<Bus>): void {
  describe(`bus: ${name}`, () => {
    let bus: Bus;
    beforeAll(async () => {
      bus = await make();
    });
    afterAll(() => bus.close());
    publishing(() => bus);
    consuming(() => bus);
    rewinding(() => bus);
    reading(() => bus);
  });
}

function publishing(bus: () => Bus): void {
  test('an id said twice is stored once', async () => {
    const { say } = createSetting(bus());
    const first = await bus().publish(say('said', 1));
    expect(first.status).toBe('stored');
    expect(await bus().publish(say('said', 1))).toEqual({ status: 'duplicate', sequence: first.sequence });
  });

  test('a subject for one message keeps the first and hands it back, whatever the id', async () => {
    const { say } = createSetting(bus());
    const first = await bus().publish(say('decided', { word: 'Euro €😀' }, { id: 'a', once: true }));
    const conflict = { status: 'conflict', sequence: first.sequence };
    const again = say('decided', { word: 'changed' }, { id: 'a', once: true });
    const other = say('decided', { word: 'other' }, { id: 'b', once: true });
    expect(await bus().publish(again)).toMatchObject({ ...conflict, stored: { data: { word: 'Euro €😀' } } });
    expect(await bus().publish(other)).toMatchObject({ ...conflict, stored: { id: again.event.id } });
  });

  test('of many that want the same subject at once, one is stored', async () => {
    const { say } = createSetting(bus());
    const wanted = [...Array(10).keys()].map((i) => say('raced', i, { once: true }));
    const results = await Promise.all(wanted.map((outgoing) => bus().publish(outgoing)));
    expect(results.map(({ status }) => status).sort()).toEqual([...Array(9).fill('conflict'), 'stored']);
    expect(new Set(results.map(({ sequence }) => sequence)).size).toBe(1);
  });

  test('what is too large is refused with its size and the limit, and the next one passes', async () => {
    const { say } = createSetting(bus());
    const body = 'x'.repeat(bus().max_payload() + 1);
    const refused = bus().publish(say('large', body, { id: 'large' }));
    await expect(refused).rejects.toThrow(EventTooLarge);
    await expect(refused).rejects.toThrow(new RegExp(`${body.length + 2}.*${bus().max_payload()}`, 'u'));
    expect((await bus().publish(say('large', 1))).status).toBe('stored');
  });
}

function consuming(bus: () => Bus): void {
  test('messages come in order, one at a time, also to two who share a durable', async () => {
    const { say, durable, subject } = createSetting(bus());
    const seen: unknown[] = [];
    let inHand = 0;
    const handle = async (delivery: Parameters<Parameters<Bus['consume']>[1]>[0]) => {
      expect(++inHand).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(dataOf(delivery));
      inHand--;
      await delivery.ack();
    };
    const options = { stream: 'decisions', durable, subjects: [subject('counted')] } as const;
    const both = [await bus().consume({ ...options, subjects: [...options.subjects] }, handle)];
    both.push(await bus().consume({ ...options, subjects: [...options.subjects] }, handle));
    for (let i = 0; i < 20; i++) await bus().publish(say('counted', i));
    await until(() => seen.length === 20);
    expect(seen).toEqual([...Array(20).keys()]);
    for (const consumption of both) await consumption.stop();
  });

  test('only the subjects asked for come, with wildcards', async () => {
    const { say, durable, subject } = createSetting(bus());
    const seen: unknown[] = [];
    const subjects = [subject('guest.moved.*'), subject('plain')];
    const consumption = await bus().consume({ stream: 'decisions', durable, subjects }, async (delivery) => {
      seen.push(dataOf(delivery));
      await delivery.ack();
    });
    for (const name of ['guest.moved.1', 'guest.moved.1.deep', 'guest.moved', 'plain', 'other', 'guest.moved.2']) {
      await bus().publish(say(name, name));
    }
    await until(() => seen.length === 3);
    expect(seen).toEqual(['guest.moved.1', 'plain', 'guest.moved.2']);
    await consumption.stop();
  });

  test('what is not acknowledged comes again before the next: asked for, forgotten or thrown at', async () => {
    const { say, durable, subject } = createSetting(bus());
    const seen: string[] = [];
    const options = { stream: 'decisions' as const, durable, subjects: [subject('stubborn')] };
    const consumption = await bus().consume(options, async (delivery) => {
      const word = `${dataOf(delivery)}`;
      seen.push(`${word} ${delivery.attempt}`);
      if (delivery.attempt > 1) return delivery.ack();
      if (word === 'asked') return delivery.retry(1);
      if (word === 'thrown') throw new Error('a broken handler');
    });
    for (const word of ['asked', 'forgotten', 'thrown']) await bus().publish(say('stubborn', word));
    await until(() => seen.length === 6);
    expect(seen).toEqual(['asked 1', 'asked 2', 'forgotten 1', 'forgotten 2', 'thrown 1', 'thrown 2']);
    await consumption.stop();
  });

  test('a durable goes on where it stopped', async () => {
    const { say, durable, subject } = createSetting(bus());
    const seen: unknown[] = [];
    const options = { stream: 'decisions' as const, durable, subjects: [subject('paused')] };
    const start = () =>
      bus().consume(options, async (delivery) => {
        seen.push(dataOf(delivery));
        await delivery.ack();
      });
    const first = await start();
    const before = await bus().publish(say('paused', 'before'));
    await until(async () => (await first.acknowledged()) === before.sequence);
    await first.stop();
    await bus().publish(say('paused', 'meanwhile'));
    const second = await start();
    await until(() => seen.length === 2);
    expect(seen).toEqual(['before', 'meanwhile']);
    await second.stop();
  });
}

function rewinding(bus: () => Bus): void {
  test('a consumer that is set back handles what came after again, and knows how far it is', async () => {
    const { say, durable, subject } = createSetting(bus());
    const seen: unknown[] = [];
    const options = { stream: 'decisions' as const, durable, subjects: [subject('told')] };
    const consumption = await bus().consume(options, async (delivery) => {
      seen.push(dataOf(delivery));
      await delivery.ack();
    });
    const sequences: number[] = [];
    for (const i of [1, 2, 3]) sequences.push((await bus().publish(say('told', i))).sequence);
    await until(async () => (await consumption.acknowledged()) === sequences[2]);
    expect(await consumption.pending()).toBe(0);
    await consumption.rewind(sequences[0] as number);
    await until(() => seen.length === 5);
    expect(seen).toEqual([1, 2, 3, 2, 3]);
    await until(async () => (await consumption.acknowledged()) === sequences[2]);
    await bus().publish(say('told', 4));
    await until(() => seen.length === 6);
    await consumption.stop();
  });

  test('setting back out of the handler discards the acknowledgement in hand', async () => {
    const { say, durable, subject } = createSetting(bus());
    const seen: unknown[] = [];
    const before = await bus().publish(say('begun', 0));
    const options = { stream: 'decisions' as const, durable, subjects: [subject('begun')] };
    const consumption = await bus().consume(options, async (delivery) => {
      seen.push(dataOf(delivery));
      if (seen.length === 2) await consumption.rewind(before.sequence - 1);
      await delivery.ack();
    });
    await bus().publish(say('begun', 1));
    await until(() => seen.length === 4);
    expect(seen).toEqual([0, 1, 0, 1]);
    await consumption.stop();
  });

  test('what waits is counted', async () => {
    const { say, durable, subject } = createSetting(bus());
    for (const i of [1, 2, 3]) await bus().publish(say('waiting', i));
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const options = { stream: 'decisions' as const, durable, subjects: [subject('waiting')] };
    const consumption = await bus().consume(options, async (delivery) => {
      await gate;
      await delivery.ack();
    });
    await until(async () => (await consumption.pending()) === 2);
    release();
    await until(async () => (await consumption.pending()) === 0);
    await consumption.stop();
  });
}

function reading(bus: () => Bus): void {
  test('stored events are read from a place on, and the last of a subject', async () => {
    const { say, subject } = createSetting(bus());
    const first = await bus().publish(say('read.a', { n: 1, text: '"50 %" – Euro €😀' }));
    const second = await bus().publish(say('read.b', 2));
    const all = await gather(bus().read('decisions', [subject('read.*')]));
    expect(all).toMatchObject([
      {
        sequence: first.sequence,
        subject: subject('read.a'),
        event: say('read.a', { n: 1, text: '"50 %" – Euro €😀' }).event,
      },
      { sequence: second.sequence, event: { data: 2 } },
    ]);
    expect(await gather(bus().read('decisions', [subject('read.*')], second.sequence))).toEqual(all.slice(1));
    expect(await gather(bus().read('decisions', [subject('nothing')]))).toEqual([]);
    expect(await bus().last('decisions', subject('read.b'))).toEqual(all[1]);
    expect(await bus().last('decisions', subject('nothing'))).toBeNull();
    expect(await bus().last('decisions', subject('read.*'))).toEqual(all.at(-1));
    expect(await bus().last('decisions', subject('nothing.*'))).toBeNull();
  });

  test('of what two streams hold it is known which came first', async () => {
    const { say, subject } = createSetting(bus());
    const order = ['decisions', 'telemetry', 'decisions', 'telemetry'] as const;
    for (const [n, stream] of order.entries()) {
      await bus().publish(say(`mixed.${n}`, n, { stream }));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const read = async (stream: (typeof order)[number]) => gather(bus().read(stream, [subject('mixed.*', stream)]));
    const all = [...(await read('telemetry')), ...(await read('decisions'))];
    const sorted = all.sort((a, b) => a.stored_at - b.stored_at);
    expect(sorted.map(({ event }) => event.data)).toEqual([0, 1, 2, 3]);
  });

  test('whoever looks on sees whether anybody takes what a consumer is for', async () => {
    const { subject, durable } = createSetting(bus());
    const consumer = { stream: 'decisions' as const, durable, subjects: [subject('>')] };
    expect(await bus().takers(consumer)).toBe(null);
    const consumption = await bus().consume(consumer, (delivery) => delivery.ack());
    await until(async () => ((await bus().takers(consumer)) ?? 0) > 0);
    await consumption.stop();
    await until(async () => (await bus().takers(consumer)) === 0);
  });

  test('who handles a message is there, although nobody waits for the next', async () => {
    const { say, subject, durable } = createSetting(bus());
    const consumer = { stream: 'decisions' as const, durable, subjects: [subject('long')], ack_wait_ms: 60_000 };
    const done = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const consumption = await bus().consume(consumer, async (delivery) => {
      begun.resolve();
      await done.promise;
      await delivery.ack();
    });
    for (const n of [1, 2]) await bus().publish(say('long', n));
    await begun.promise;
    for (const end = performance.now() + 12_000; performance.now() < end; await sleep(250))
      expect(await bus().takers(consumer)).toBeGreaterThan(0);
    done.resolve();
    await consumption.stop();
  });

  test('whoever looks on sees what a consumer has acknowledged', async () => {
    const { say, subject, durable } = createSetting(bus());
    const consumer = { stream: 'decisions', durable } as const;
    expect(await bus().acknowledged(consumer)).toBe(0);
    const consumption = await bus().consume({ ...consumer, subjects: [subject('seen')] }, ({ ack }) => ack());
    const { sequence } = await bus().publish(say('seen', 1));
    await until(async () => (await bus().acknowledged(consumer)) === sequence);
    await consumption.stop();
    expect(await bus().acknowledged(consumer)).toBe(sequence);
  });

  test('followers see what is new, or all, until their signal', async () => {
    const { say, subject } = createSetting(bus());
    await bus().publish(say('followed', 1));
    const over = new AbortController();
    const all = gather(bus().follow('decisions', [subject('followed')], 'all', over.signal));
    const fresh = bus()
      .follow('decisions', [subject('followed')], 'new', over.signal)
      [Symbol.asyncIterator]();
    const next = fresh.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await bus().publish(say('followed', 2));
    expect((await next).value.event.data).toBe(2);
    const end = fresh.next();
    over.abort();
    expect((await end).done).toBe(true);
    expect((await all).map(({ event }) => event.data)).toEqual([1, 2]);
  });

  test('a large sample arrives as it left', async () => {
    const { say, subject } = createSetting(bus());
    const guests = [...Array(3_000).keys()].map((vmid) => ({ vmid, name: `guest-${vmid}`, cpu: vmid / 3_000 }));
    await bus().publish(say('sampled', { guests }, { id: 'one', stream: 'telemetry' }));
    expect((await bus().last('telemetry', subject('sampled', 'telemetry')))?.event.data).toEqual({ guests });
  });

  test('a letter keeps its origin, its reason and its bytes', async () => {
    const { own, subject } = createSetting(bus());
    const letter = {
      service: `test-${own}`,
      stream: 'decisions' as const,
      subject: subject('poison'),
      sequence: 42,
      reason: 'is not JSON: "50 %" – €',
      body: new Uint8Array([0, 255, 123]),
      headers: { 'ce-id': 'x', 'nats-msg-id': 'y' },
    };
    await bus().bury(letter);
    const letters = [];
    for await (const found of bus().letters()) if (found.service === letter.service) letters.push(found);
    expect(letters).toEqual([{ ...letter, buried: expect.any(Number) }]);
    const { buried } = letters[0]!;
    expect([await bus().drop_letter(buried), await bus().drop_letter(buried)]).toEqual([true, false]);
    for await (const found of bus().letters()) expect(found.service).not.toBe(letter.service);
  });

  test('an event is said again on purpose where it is told apart', async () => {
    const { say, subject } = createSetting(bus());
    const first = say('twice', 1, { id: 'one' });
    await bus().publish(first);
    expect((await bus().publish({ ...first, subject: subject('again') })).status).toBe('duplicate');
    const again = { ...first, subject: subject('again'), message_id: `${first.event.id}/again` };
    expect((await bus().publish(again)).status).toBe('stored');
    expect((await bus().last('decisions', subject('again')))?.event).toEqual(first.event);
  });
}

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { streams } from '@evenkeel/contracts';
import { testNats } from '@evenkeel/servers/test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, nanos } from '@nats-io/transport-node';
import { afterAll, describe, expect, test } from 'vitest';
import { createSetting, dataOf, gather, until } from './contract-setting.ts';
import { connectNats } from './nats-bus.ts';
import { connectionOptions, requireVersion } from './nats-wire.ts';
import type { Delivery, Poison } from './port.ts';

const server = await testNats({ kind: 'own' });
afterAll(() => server?.stop());
const servers = server?.url ?? '';
const open = (patience_ms?: number) => connectNats({ servers, name: 'faults', ...(patience_ms && { patience_ms }) });

describe.skipIf(!server)('NATS in trouble', () => {
  test('through a crash of the server nothing is lost or doubled, and the ledger stands', async () => {
    const bus = await open();
    const { say, subject, durable, own } = createSetting(bus);
    const seen: unknown[] = [];
    const options = { stream: 'decisions' as const, durable, subjects: [subject('counted')], ack_wait_ms: 1_000 };
    const consumption = await bus.consume(options, async (delivery) => {
      if (!seen.includes(dataOf(delivery))) seen.push(dataOf(delivery));
      await delivery.ack();
    });
    const revision = await bus.ledger.create(`${own}.claim`, 'mine');
    const over = new AbortController();
    const followed: unknown[] = [];
    const following = (async () => {
      const events = bus.follow('decisions', [subject('counted')], 'all', over.signal);
      for await (const { event } of events) followed.push(event.data);
    })();
    for (let n = 0; n < 10; n++) await bus.publish(say('counted', n));
    const rest = (async () => {
      for (let n = 10; n < 30; n++) await bus.publish(say('counted', n));
    })();
    await server?.restart?.(() => until(() => bus.trouble() !== null));
    await rest;
    await until(() => seen.length === 30);
    expect(seen).toEqual([...Array(30).keys()]);
    const stored = await gather(bus.read('decisions', [subject('counted')]));
    expect(stored.map(({ event }) => event.data)).toEqual(seen);
    expect(await bus.ledger.get(`${own}.claim`)).toMatchObject({ value: 'mine', revision });
    await until(() => bus.trouble() === null);
    await bus.publish(say('counted', 30));
    await until(() => seen.length === 31);
    await until(() => followed.length === 31);
    expect(followed).toEqual(seen);
    over.abort();
    await following;
    await consumption.stop();
    await bus.close();
  });

  test('without a server publishing ends with an error, and trouble is told', async () => {
    const bus = await open(1_500);
    const { say } = createSetting(bus);
    await server?.restart?.(async () => {
      await until(() => bus.trouble() !== null);
      expect(bus.trouble()).toMatch(/no connection to NATS at 127/u);
      await expect(bus.publish(say('lost', 1))).rejects.toThrow();
    });
    await until(() => bus.trouble() === null);
    expect((await bus.publish(say('found', 1))).status).toBe('stored');
    await bus.close();
  });

  test('a change of the ledger whose answer was lost stands, also where its id is forgotten when it is tried again', async () => {
    const line = await openLine(server?.url ?? '');
    const bus = await connectNats({ servers: line.url, name: 'faults' });
    const nc = await connect({ servers: server?.url.replace('nats://', '') ?? '' });
    const jsm = await jetstreamManager(nc);
    await jsm.streams.update('KV_EVENKEEL_LEDGER', { duplicate_window: nanos(100) });
    const other = await open();
    await jsm.streams.update('KV_EVENKEEL_LEDGER', { duplicate_window: nanos(100) });
    const key = `${createSetting(bus).own}.claim`;

    const created = await line.losing(() => bus.ledger.create(key, 'mine'));
    expect(await other.ledger.get(key)).toEqual({ key, value: 'mine', revision: created });
    const updated = await line.losing(() => bus.ledger.update(key, 'still mine', created as number));
    expect(await other.ledger.get(key)).toEqual({ key, value: 'still mine', revision: updated });
    expect(await line.losing(() => other.ledger.update(key, 'theirs', created as number))).toBeNull();
    expect(await line.losing(() => bus.ledger.remove(key, updated as number))).toBe(true);
    expect(await other.ledger.get(key)).toBeNull();
    expect(line.lost()).toBe(3);
    for (const opened of [bus, other, nc]) await opened.close();
    await line.close();
  });

  test('a message whose acknowledgement was lost comes again at once, so that it is handled where its effect was lost, too', async () => {
    const line = await openLine(server?.url ?? '');
    const bus = await connectNats({ servers: line.url, name: 'faults' });
    const { say, subject, durable } = createSetting(bus);
    const seen: unknown[] = [];
    const options = { stream: 'decisions' as const, durable, subjects: [subject('told')], ack_wait_ms: 60_000 };
    const consumption = await bus.consume(options, async (delivery) => {
      seen.push([dataOf(delivery), delivery.attempt]);
      await delivery.ack();
    });
    const first = await bus.publish(say('told', 1));
    await until(async () => (await consumption.acknowledged()) === first.sequence);
    line.loseAcknowledgement();
    await bus.publish(say('told', 2));
    await until(() => seen.length === 3);
    await bus.publish(say('told', 3));
    await until(() => seen.length === 4);
    expect(seen).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
      [3, 1],
    ]);
    expect(line.lost()).toBe(1);
    await consumption.stop();
    await bus.close();
    await line.close();
  });

  test('a durable that was deleted is made anew, and goes on behind what was acknowledged', async () => {
    const bus = await open();
    const nc = await connect({ servers: server?.url.replace('nats://', '') ?? '' });
    const jsm = await jetstreamManager(nc);
    const { say, subject, durable } = createSetting(bus);
    const seen: unknown[] = [];
    const options = { stream: 'decisions' as const, durable, subjects: [subject('told')] };
    const consumption = await bus.consume(options, async (delivery) => {
      seen.push(dataOf(delivery));
      await delivery.ack();
    });
    await bus.publish(say('told', 1));
    await until(() => seen.length === 1);
    await jsm.consumers.delete(streams.decisions.name, durable);
    await bus.publish(say('told', 2));
    await until(() => seen.length === 2);
    expect(seen).toEqual([1, 2]);
    await consumption.stop();
    await nc.close();
    await bus.close();
  });

  test('what is no event arrives as poison, can be buried with all that it was, and does not block', async () => {
    const bus = await open();
    const nc = await connect({ servers: server?.url.replace('nats://', '') ?? '' });
    const { say, subject, durable, own } = createSetting(bus);
    const told = headers();
    told.set('Ce-Id', 'x');
    told.set('Nats-Msg-Id', `poison-${own}`);
    await jetstream(nc).publish(subject('mixed'), 'not JSON', { headers: told });
    await bus.publish(say('mixed', 'good'));
    const seen: (Delivery | Poison)[] = [];
    const options = { stream: 'decisions' as const, durable, subjects: [subject('mixed')] };
    const consumption = await bus.consume(options, async (delivery) => {
      seen.push(delivery);
      if ('reason' in delivery) await bus.bury({ ...delivery, service: own });
      await delivery.ack();
    });
    await until(() => seen.length === 2);
    expect(seen[0]).toMatchObject({
      reason: expect.stringContaining('not JSON'),
      attempt: 1,
      headers: { 'ce-id': 'x' },
    });
    expect(dataOf(seen[1] as Delivery)).toBe('good');
    expect(await gather(bus.read('decisions', [subject('mixed')]))).toHaveLength(1);
    const letters = [];
    for await (const letter of bus.letters()) if (letter.service === own) letters.push(letter);
    expect(letters).toMatchObject([
      { headers: { 'ce-id': 'x', 'nats-msg-id': `poison-${own}` }, subject: subject('mixed') },
    ]);
    expect(Buffer.from(letters[0]?.body ?? []).toString()).toBe('not JSON');
    await consumption.stop();
    await nc.close();
    await bus.close();
  });

  test.each([
    ['packs', (n: number) => new Uint8Array(n), undefined],
    ['does not pack', randomBytes, expect.any(Number)],
  ])('a letter too large to be stored as it is, whose body %s', async (_, fill, size) => {
    const bus = await open();
    const body = new Uint8Array(fill(bus.max_payload() + 1));
    const letter = {
      service: 'large',
      stream: 'commands' as const,
      subject: 'x',
      sequence: size ? 2 : 1,
      reason: 'too odd',
      headers: {},
    };
    await bus.bury({ ...letter, body });
    const found = (await Array.fromAsync(bus.letters())).find(({ service }) => service === 'large')!;
    expect(found).toMatchObject({ reason: 'too odd' });
    expect(found.size).toEqual(size && body.length);
    const kept = size ? found.body : gunzipSync(found.body);
    expect(Buffer.from(kept).equals(body.subarray(0, size ? 4_096 : body.length))).toBe(true);
    await bus.drop_letter(found.buried);
    await bus.close();
  });

  test('who changes what a durable listens to goes on with the same durable', async () => {
    const bus = await open();
    const { say, subject, durable } = createSetting(bus);
    const seen: unknown[] = [];
    const start = (subjects: string[]) =>
      bus.consume({ stream: 'decisions', durable, subjects }, async (delivery) => {
        seen.push(dataOf(delivery));
        await delivery.ack();
      });
    const first = await start([subject('a')]);
    await bus.publish(say('a', 1));
    await until(() => seen.length === 1);
    await first.stop();
    const second = await start([subject('a'), subject('b')]);
    await bus.publish(say('b', 2));
    await bus.publish(say('a', 3));
    await until(() => seen.length === 3);
    expect(seen).toEqual([1, 2, 3]);
    await second.stop();
    await bus.close();
  });
});

describe('connecting', () => {
  test.each(['2.9.25', '1.4.1', '0.0.0'])('server %s is refused in a clear sentence', (version) => {
    expect(() => requireVersion(version)).toThrow(`nats-server ${version} is too old: Evenkeel needs 2.10 or newer`);
  });

  test.each(['2.10.0', '2.12.3', '3.0.0-beta'])('server %s is taken', (version) => requireVersion(version));

  test('credentials may stand in the address, which is passed on without them', () => {
    const options = connectionOptions({ servers: 'tls://us%40er:p%3Aw@a:1, nats://b', name: 'x' });
    expect(options).toMatchObject({ servers: ['a:1', 'b:4222'], user: 'us@er', pass: 'p:w', tls: {} });
  });

  test('where nobody answers, the error names the server and no password', async () => {
    const refused = connectNats({ servers: 'nats://me:secret@127.0.0.1:1', name: 'x', patience_ms: 300 });
    await expect(refused).rejects.toThrow(/cannot connect to NATS at 127.0.0.1:1: /u);
    await expect(refused).rejects.not.toThrow(/secret/u);
  });
});

/** A way to the server that can be told to let the next request through and to lose its answer. */
async function openLine(url: string) {
  const port = Number(new URL(url).port);
  let losing: 'answer' | 'acknowledgement' | null = null;
  let lost = 0;
  const listener = createServer((client) => {
    const upstream = createConnection(port, '127.0.0.1');
    const end = () => [client, upstream].forEach((socket) => void socket.destroy());
    const lose = () => {
      losing = null;
      lost++;
      setTimeout(end, 300);
    };
    client.on('data', (chunk) =>
      losing === 'acknowledgement' && chunk.includes('+ACK') ? lose() : upstream.write(chunk),
    );
    upstream.on('data', (chunk) => (losing === 'answer' ? lose() : client.write(chunk)));
    for (const socket of [client, upstream]) socket.on('close', end).on('error', end);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `nats://127.0.0.1:${(listener.address() as { port: number }).port}`,
    losing: async <T>(change: () => Promise<T>): Promise<T> => {
      losing = 'answer';
      const changed = await change();
      losing = null;
      return changed;
    },
    loseAcknowledgement: () => {
      losing = 'acknowledgement';
    },
    lost: () => lost,
    close: async () => void listener.close(),
  };
}

import { createMemoryBus, type DeadLetter, type MemoryBus } from '@evenkeel/bus';
import { type CloudEvent, Config, defineEvent, filterOf } from '@evenkeel/contracts';
import { defineService, envelope, openConfigSource, type Service, start } from '@evenkeel/runtime';
import { plainSurroundings } from '@evenkeel/runtime/test';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { replayLetter } from './replay-letter.ts';

const cluster = 'home lab';
const hearers = { services: ['mine', 'other', 'sayer'], clusters: [cluster] };
const time = '2026-01-01T00:00:00.000Z';
const numbered = (name: string, stream: 'telemetry' | 'decisions') =>
  defineEvent({
    name,
    version: 1,
    stream,
    summary: 'A number was said.',
    data: z.object({ n: z.int(), text: z.string() }),
    key: () => cluster,
    id: ({ n }) => String(n),
    budget_bytes: 1024,
  });
const counted = numbered('number.counted', 'telemetry');
const doubled = numbered('number.doubled', 'decisions');

const taker = (name: string, take: (n: number) => void): Service =>
  defineService({ name, summary: '', owns: {}, reads: {}, publishes: [] }).on(doubled, async ({ data }) => {
    take(data.n);
    return [];
  });
const sayer = (text: () => string): Service =>
  defineService({ name: 'sayer', summary: '', owns: {}, reads: {}, publishes: [doubled] }).on(
    counted,
    async ({ data }) => [doubled.of({ n: data.n, text: text() }, time)],
  );

async function run(services: readonly Service[], max_payload = 10_000): Promise<MemoryBus> {
  const bus = createMemoryBus({
    wait: () => new Promise((resolve) => setImmediate(resolve)),
    encode: true,
    max_payload,
  });
  const configs = await openConfigSource(bus.ledger, Config.parse({}));
  await start(services, plainSurroundings({ bus, configs, clusters: [cluster] }));
  return bus;
}

async function say(bus: MemoryBus, event: typeof counted, n: number): Promise<void> {
  const said = event.of({ n, text: '' }, time);
  const outgoing = envelope(event, said, { service: 'test', cluster, trace: '00-a-b-01', config_revision: 'none' });
  const { configrevision: _, ...plain } = outgoing.event;
  await bus.publish({ ...outgoing, event: plain });
  await bus.settled();
}

const lettersOf = (bus: MemoryBus): Promise<DeadLetter[]> => Array.fromAsync(bus.letters());
const said = (bus: MemoryBus): Promise<CloudEvent[]> =>
  Array.fromAsync(bus.read('decisions', [filterOf(doubled, cluster)]), ({ event }) => event);

describe('a letter is said again', () => {
  test('to the service that could not handle it, and to nobody else', async () => {
    const [mine, others]: [number[], number[]] = [[], []];
    let broken = true;
    const bus = await run([
      taker('mine', (n) => {
        if (broken) throw new Error('a bug');
        mine.push(n);
      }),
      taker('other', (n) => others.push(n)),
    ]);
    await say(bus, doubled, 1);
    const [letter] = await lettersOf(bus);
    expect(letter).toMatchObject({ service: 'mine', reason: 'a bug' });

    expect(await replayLetter(bus, letter!, hearers)).toEqual({ done: true, what: 'said again to mine' });
    await bus.settled();
    const [again] = await lettersOf(bus);
    expect([again?.reason, again && again.buried > letter!.buried]).toEqual(['a bug', true]);

    broken = false;
    await replayLetter(bus, again!, hearers);
    await bus.settled();
    expect({ mine, others }).toEqual({ mine: [1], others: [1] });
    expect(await lettersOf(bus)).toEqual([]);
    expect(await said(bus)).toHaveLength(1);
  });

  test('from its own bytes where the stream has forgotten it', async () => {
    const mine: number[] = [];
    const bus = await run([taker('mine', (n) => mine.push(n))]);
    await say(bus, doubled, 1);
    const [event] = await said(bus);
    await bus.bury({
      service: 'mine',
      stream: 'decisions',
      subject: 'evenkeel.v1.decisions.home_20lab.number.doubled.2',
      sequence: 999,
      reason: 'a bug',
      body: new TextEncoder().encode('{"n":2,"text":""}'),
      headers: { 'ce-id': 'number.doubled/home lab/2', 'ce-source': 'x', 'ce-type': event!.type, 'ce-time': time },
    });
    expect(await replayLetter(bus, (await lettersOf(bus))[0]!, hearers)).toMatchObject({ done: true });
    await bus.settled();
    expect(mine).toEqual([1, 2]);
  });

  test('to everybody where it was too large ever to be said, once the server takes it', async () => {
    const mine: number[] = [];
    const bus = await run([sayer(() => 'x'.repeat(200)), taker('mine', (n) => mine.push(n))], 100);
    await say(bus, counted, 1);
    const [letter] = await lettersOf(bus);
    expect(JSON.parse(new TextDecoder().decode(letter!.body))).toEqual({ n: 1, text: 'x'.repeat(200) });
    await expect(replayLetter(bus, letter!, hearers)).rejects.toThrow('more than the 100 allowed');
    expect(await lettersOf(bus)).toEqual([letter]);

    const larger = await run([taker('mine', (n) => mine.push(n))]);
    await larger.bury(letter!);
    expect(await replayLetter(larger, (await lettersOf(larger))[0]!, hearers)).toEqual({ done: true, what: 'said' });
    await larger.settled();
    expect([mine, (await said(larger)).map(({ subject }) => subject)]).toEqual([[1], [cluster]]);
  });

  test('never where it is a command: what was wished then may not undo what is wished now', async () => {
    const bus = await run([taker('mine', () => {})]);
    const subject = 'evenkeel.v1.commands.home_20lab.automation.requested.a';
    const letter = { service: 'mine', stream: 'commands', subject, sequence: 3, reason: 'a bug' } as const;
    const headers = { 'ce-id': 'a', 'ce-source': 'cli', 'ce-type': 'dev.evenkeel.automation.requested.v1' };
    await bus.bury({ ...letter, body: new TextEncoder().encode('{}'), headers: { ...headers, 'ce-time': time } });
    const [kept] = await lettersOf(bus);
    expect(await replayLetter(bus, kept!, hearers)).toEqual({
      done: false,
      what: expect.stringContaining('give it anew'),
    });
    expect(await lettersOf(bus)).toEqual([kept]);
  });

  test.each([
    ['old', 'mine', 7, 'cluster old is not configured; there is home lab'],
    ['home_20lab', 'mined', 7, 'there is no service mined; there are mine, other, sayer'],
    ['old', 'mined', 0, 'cluster old is not configured; there is home lab'],
  ])('never where nobody hears it: in cluster %s, by %s', async (where, service, sequence, why) => {
    const bus = await run([taker('mine', () => {})]);
    const subject = `evenkeel.v1.decisions.${where}.number.doubled.2`;
    const headers = { 'ce-id': 'number.doubled/2', 'ce-source': 'x', 'ce-type': 'x', 'ce-time': time };
    const body = new TextEncoder().encode('{"n":2,"text":""}');
    await bus.bury({ service, stream: 'decisions', subject, sequence, reason: 'a bug', body, headers });
    const [letter] = await lettersOf(bus);
    expect(await replayLetter(bus, letter!, hearers)).toEqual({ done: false, what: `cannot be said again: ${why}` });
    expect(await replayLetter(bus, letter!, { ...hearers, clusters: [] })).toMatchObject({ done: false });
    expect(await lettersOf(bus)).toEqual([letter]);
  });

  test('never where it is no event', async () => {
    const bus = await run([]);
    const letter = {
      service: 'mine',
      stream: 'decisions',
      subject: 'a.b',
      sequence: 7,
      reason: 'x',
      headers: {},
    } as const;
    await bus.bury({ ...letter, body: new TextEncoder().encode('no JSON') });
    await bus.bury({ ...letter, body: new Uint8Array([1]), size: 5_000_000 });
    const answers = [];
    for (const found of await lettersOf(bus)) answers.push((await replayLetter(bus, found, hearers)).what);
    expect(answers).toEqual([
      expect.stringContaining('its body is not JSON'),
      'cannot be said again: only the head of its 5000000 bytes was kept',
    ]);
    expect(await lettersOf(bus)).toHaveLength(2);
  });
});

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { testNats } from '@evenkeel/servers/test';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { connectNats } from './nats-bus.ts';
import type { Bus } from './port.ts';

const file = await readFile(new URL('../../../deploy/nats-accounts.conf', import.meta.url), 'utf8');
const nats = await testNats({ kind: 'own', config: file.replace(/\$EVENKEEL_NATS_\w+_PASSWORD/g, '"secret"') });

describe.skipIf(!nats)('what deploy/nats-accounts.conf refuses', { timeout: 60_000 }, () => {
  const open: (Bus | NatsConnection)[] = [];
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()));
    await nats?.stop();
  });
  const as = async (user: string): Promise<Bus> => {
    const bus = await connectNats({ servers: nats!.url, name: user, user, pass: 'secret', patience_ms: 4_000 });
    open.push(bus);
    return bus;
  };
  const bare = async (user: string) => {
    const inboxPrefix = `_INBOX_${user}`;
    const nc = await connect({ servers: nats!.url.replace('nats://', ''), user, pass: 'secret', inboxPrefix });
    open.push(nc);
    return nc;
  };
  test('the ledger is emptied by nobody, and a sweep that is refused is no trouble', async () => {
    const [executor, collector] = await Promise.all([as('executor'), as('collector')]);
    const lost = (await collector.ledger.create('config.lost', {}))!;
    await collector.ledger.remove('config.lost', lost);
    for (let n = 0, revision = 0; n < 70; n++)
      revision =
        n === 0
          ? (await executor.ledger.create('lab.claim.far', n))!
          : (await executor.ledger.update('lab.claim.far', n, revision))!;
    expect(await collector.ledger.list('config')).toEqual([]);
    expect(collector.trouble()).toBeNull();
    const raw = await bare('collector');
    for (const [subject, body] of [
      ['$JS.API.STREAM.PURGE.KV_EVENKEEL_LEDGER', {}],
      ['$JS.API.STREAM.PURGE.EVENKEEL_DECISIONS', {}],
      ['$JS.API.STREAM.MSG.DELETE.KV_EVENKEEL_LEDGER', { seq: 1 }],
      ['$JS.API.STREAM.UPDATE.EVENKEEL_DECISIONS', { name: 'EVENKEEL_DECISIONS', max_msgs: 1 }],
      ['$JS.API.STREAM.DELETE.EVENKEEL_DECISIONS', {}],
    ] as const)
      await expect(raw.request(subject, JSON.stringify(body)), subject).rejects.toThrow(/permissions violation/iu);
    const rollup = headers();
    rollup.set('Nats-Rollup', 'all');
    const answer = await raw.request('$KV.EVENKEEL_LEDGER.config.x', '{}', { headers: rollup, timeout: 2_000 });
    expect(answer.json()).toMatchObject({ error: { description: 'rollup not permitted' } });
    expect(await executor.ledger.get('lab.claim.far')).toMatchObject({ value: 69 });
  });

  test('a consumer is moved, changed or removed by its service alone, and each hears its own answers only', async () => {
    const executor = await as('executor');
    const durable = 'executor_homelab';
    const subjects = ['evenkeel.v1.decisions.none.migration.approved.*'];
    const consumption = await executor.consume({ stream: 'decisions', durable, subjects }, ({ ack }) => ack());
    await consumption.stop();
    const config = {
      durable_name: durable,
      ack_policy: 'explicit',
      filter_subject: 'evenkeel.v1.decisions.x.run.decided.*',
    };
    const made = JSON.stringify({ stream_name: 'EVENKEEL_DECISIONS', config });
    for (const user of ['reader', 'collector', 'operator']) {
      const raw = await bare(user);
      for (const [subject, body] of [
        [`$JS.API.CONSUMER.CREATE.EVENKEEL_DECISIONS.${durable}`, made],
        [`$JS.API.CONSUMER.CREATE.EVENKEEL_DECISIONS.${durable}.${config.filter_subject}`, made],
        [`$JS.API.CONSUMER.DURABLE.CREATE.EVENKEEL_DECISIONS.${durable}`, made],
        [`$JS.API.CONSUMER.DELETE.EVENKEEL_DECISIONS.${durable}`, ''],
        [`$JS.API.CONSUMER.MSG.NEXT.EVENKEEL_DECISIONS.${durable}`, '1'],
        [`$JS.ACK.EVENKEEL_DECISIONS.${durable}.1.1.1.1.0`, ''],
      ] as const)
        await expect(raw.request(subject, body), subject).rejects.toThrow(/permissions violation/iu);
      const nameless = await raw.request('$JS.API.CONSUMER.CREATE.EVENKEEL_DECISIONS', made);
      expect(nameless.json()).toMatchObject({ error: { code: 400 } });
      for (const inbox of ['_INBOX.>', '_INBOX_executor.>'])
        await expect(raw.subscribe(inbox)[Symbol.asyncIterator]().next()).rejects.toThrow(/permissions violation/iu);
    }
    expect(await executor.acknowledged({ stream: 'decisions', durable })).toBe(0);
    expect(executor.trouble()).toBeNull();
  });

  test('who only reads can have nothing stored a second time, in the stream where it is or in another', async () => {
    await as('executor');
    const [operator, reader] = await Promise.all([bare('operator'), bare('reader')]);
    const asked = 'evenkeel.v1.commands.homelab.automation.requested.c1';
    await operator.request(asked, '{}');
    for (const deliver_subject of ['evenkeel.v1.telemetry.a.b', 'evenkeel.v1.commands.homelab.x']) {
      const heard = reader.subscribe(deliver_subject)[Symbol.asyncIterator]().next();
      await expect(heard).rejects.toThrow(/permissions violation/iu);
      const config = {
        name: `push-${deliver_subject.length}`,
        filter_subject: asked,
        deliver_subject,
        ack_policy: 'none',
      };
      const made = JSON.stringify({ stream_name: 'EVENKEEL_COMMANDS', config });
      await reader.request(`$JS.API.CONSUMER.CREATE.EVENKEEL_COMMANDS.${config.name}`, made);
    }
    await sleep(500);
    for (const [stream, messages] of [
      ['COMMANDS', 1],
      ['TELEMETRY', 0],
    ])
      expect((await operator.request(`$JS.API.STREAM.INFO.EVENKEEL_${stream}`)).json()).toMatchObject({
        state: { messages },
      });
  });

  test('what is refused is said at once, and is no trouble for ever', async () => {
    const reader = await as('reader');
    const began = performance.now();
    await expect(reader.ledger.create('lab.automation', {})).rejects.toThrow(/permissions violation/iu);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(reader.trouble()).toMatch(/NATS refuses: Permissions Violation/u);
    const later = performance.now() + 61_000;
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.advanceTimersByTime(later);
    expect(reader.trouble()).toBeNull();
    vi.useRealTimers();
  });
});

import { readFile } from 'node:fs/promises';
import { type Bus, connectNats, type Outgoing } from '@evenkeel/bus';
import {
  answerGiven,
  automationKey,
  Config,
  migrationApproved,
  migrationStarted,
  untouched,
} from '@evenkeel/contracts';
import { openConfigs, typeOf } from '@evenkeel/runtime';
import { testNats } from '@evenkeel/servers/test';
import { afterAll, describe, expect, test } from 'vitest';

const file = await readFile(new URL('../../deploy/nats-accounts.conf', import.meta.url), 'utf8');
const nats = await testNats({ kind: 'own', config: file.replace(/\$EVENKEEL_NATS_\w+_PASSWORD/g, '"secret"') });

describe.skipIf(!nats)('deploy/nats-accounts.conf on a real server', { timeout: 120_000 }, () => {
  const open: Bus[] = [];
  afterAll(async () => {
    await Promise.all(open.map((bus) => bus.close()));
    await nats?.stop();
  });
  const as = async (user: string, patience_ms = 4_000): Promise<Bus> => {
    const bus = await connectNats({ servers: nats!.url, name: user, user, pass: 'secret', patience_ms });
    open.push(bus);
    return bus;
  };
  let n = 0;
  const event = ({
    stream,
    name,
    version,
  }: typeof migrationApproved | typeof migrationStarted | typeof answerGiven) => {
    const id = `x${++n}`;
    const time = '2026-01-01T00:00:00.000Z';
    const attributes = {
      specversion: '1.0',
      id,
      source: 'urn:x',
      type: typeOf({ name, version }),
      subject: 'lab',
      time,
    };
    const cloud = { ...attributes, datacontenttype: 'application/json', dataschema: 'urn:x', data: {} };
    return { stream, subject: `evenkeel.v1.${stream}.lab.${name}.${id}`, once: true, event: cloud } as Outgoing;
  };

  test('who may not set streams up waits for the executor, and says so; started later, all find what it made', async () => {
    await expect(as('scorer', 500)).rejects.toThrow(
      /stream EVENKEEL_\w+ cannot be set up: it is not there.* may not make it/u,
    );
    const waiting = as('scorer', 10_000);
    await as('executor');
    expect((await waiting).trouble()).toBeNull();
  });

  test('only who may approve says approvals, and who only reads says nothing', async () => {
    const pipeline = await as('filter-pipeline');
    expect(await pipeline.publish(event(migrationApproved))).toMatchObject({ status: 'stored' });
    const [executor, operator, reader] = await Promise.all([as('executor'), as('operator'), as('reader')]);
    expect(await executor.publish(event(migrationStarted))).toMatchObject({ status: 'stored' });
    expect(await operator.publish(event(answerGiven))).toMatchObject({ status: 'stored' });
    const forbidden = [reader, operator, executor].map((bus) => bus.publish(event(migrationApproved)));
    const writes = [
      reader.publish(event(answerGiven)),
      reader.ledger.create('lab.migration.forged', {}),
      pipeline.ledger.create('lab.migration.forged', {}),
      executor.ledger.create(automationKey('lab'), {}),
    ];
    for (const one of await Promise.allSettled([...forbidden, ...writes])) expect(one.status).toBe('rejected');
    const seen = await Array.fromAsync(reader.read('decisions', ['evenkeel.v1.decisions.>']));
    expect(seen.map(({ event: { type } }) => type)).toEqual([typeOf(migrationApproved), typeOf(migrationStarted)]);
  });

  test('a service does its work: it consumes, lays aside, and keeps its ledger', async () => {
    const executor = await as('executor');
    const heard: string[] = [];
    const subjects = ['evenkeel.v1.decisions.lab.migration.approved.*'];
    const consumption = await executor.consume(
      { stream: 'decisions', durable: 'executor_homelab', subjects },
      async (one) => {
        heard.push(one.subject);
        await one.ack();
      },
    );
    for (let i = 0; heard.length === 0 && i < 200; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toHaveLength(1);
    await consumption.stop();
    const revision = await executor.ledger.create('lab.claim.slot.0', {});
    expect(await executor.ledger.remove('lab.claim.slot.0', revision!)).toBe(true);
    await executor.bury({
      service: 'executor',
      stream: 'decisions',
      subject: 'x',
      sequence: 1,
      reason: 'x',
      body: new Uint8Array(),
      headers: {},
    });
  });

  test('a service brings its configuration; one that takes a pause along to another name comes by filter-pipeline', async () => {
    const [scorer, pipeline] = await Promise.all([as('scorer'), as('filter-pipeline')]);
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const bring = async ({ ledger }: Bus, name: string, cluster: string) => {
      const own = Config.parse({ clusters: [{ name: cluster, hosts: ['pve1'] }] });
      return (await openConfigs(own, { name, ledger, log })).current().config.clusters[0]!.name;
    };
    expect(await bring(scorer, 'scorer', 'alpha')).toBe('alpha');
    await pipeline.ledger.create(automationKey('alpha'), untouched);
    expect(await bring(scorer, 'scorer', 'prod')).toBe('alpha');
    expect(await bring(pipeline, 'filter-pipeline', 'prod')).toBe('prod');
    expect((await scorer.ledger.get(automationKey('prod')))?.value).toEqual(untouched);
    expect(await bring(scorer, 'scorer', 'prod')).toBe('prod');
  });
});

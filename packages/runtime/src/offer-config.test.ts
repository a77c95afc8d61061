import { createMemoryBus } from '@evenkeel/bus';
import { Config } from '@evenkeel/contracts';
import { beforeEach, expect, test } from 'vitest';
import { activeConfig } from './config-source.ts';
import type { Log } from './define-service.ts';
import { noteOffer, type OwnConfig, openConfigs } from './offer-config.ts';

const observing = Config.parse({});
const acting = Config.parse({ mode: 'auto', automated_migrations: { dry_run: false } });
const recommending = Config.parse({ mode: 'recommend' });

let ledger = createMemoryBus().ledger;
let warned: string[] = [];
beforeEach(() => {
  ledger = createMemoryBus().ledger;
  warned = [];
});

const log: Log = { debug() {}, info() {}, error() {}, warn: (_fields, message) => void warned.push(message) };
const begin = (name: string, own: OwnConfig) => openConfigs(own, { name, ledger, log });
/** As SIGHUP does it. */
const change = async (name: string, own: Config) => {
  const configs = await begin(name, own);
  await configs.change(own);
  await noteOffer(ledger, name, own);
};

test('the first to start puts its own in force', async () => {
  expect((await begin('scorer', acting)).current().config).toEqual(acting);
  expect(await activeConfig(ledger)).toEqual(acting);
  expect(warned).toEqual([]);
});

test('one that starts again with what it brought before does not undo what somebody put in force meanwhile', async () => {
  for (const name of ['scorer', 'collector', 'executor']) await begin(name, acting);
  await change('collector', observing);
  expect((await begin('scorer', acting)).current().config).toEqual(observing);
  expect(await activeConfig(ledger)).toEqual(observing);
  expect(warned).toEqual([expect.stringContaining('SIGHUP puts it in force again')]);
});

test('one whose file was edited puts that in force when it starts again, also where it was in force before', async () => {
  await begin('scorer', observing);
  await begin('scorer', acting);
  expect(await activeConfig(ledger)).toEqual(acting);
  await begin('scorer', observing);
  expect(await activeConfig(ledger)).toEqual(observing);
  expect(warned).toEqual([]);
});

test('one that is new with something new puts it in force; with something old it follows', async () => {
  await begin('scorer', acting);
  await begin('profiler', observing);
  expect(await activeConfig(ledger)).toEqual(observing);
  await begin('recommender', acting);
  expect(await activeConfig(ledger)).toEqual(observing);
});

test('one that was changed by SIGHUP keeps that when it starts again', async () => {
  await begin('scorer', acting);
  await change('scorer', recommending);
  await begin('collector', recommending);
  await begin('scorer', recommending);
  expect(await activeConfig(ledger)).toEqual(recommending);
});

test('a version with an option more is no change of the file', async () => {
  await begin('scorer', acting);
  await change('collector', observing);
  const { value } = (await ledger.get('config.active'))!;
  const standing = (await ledger.get(`config.${value}`))!;
  const { risk: _, ...older } = observing;
  await ledger.update(standing.key, older, standing.revision);
  expect((await begin('collector', observing)).current().config).toEqual(observing);
  expect(warned).toEqual([]);
  expect((await begin('scorer', acting)).current().config).toEqual(observing);
});

test('one without a valid configuration of its own follows what is in force, else says what is wrong', async () => {
  const problem = new Error('line 3: mode is "go"');
  await expect(begin('scorer', problem)).rejects.toBe(problem);
  await begin('scorer', acting);
  expect((await begin('scorer', problem)).current().config).toEqual(acting);
  expect(warned).toEqual([expect.stringContaining('follows the one that is in force')]);
});

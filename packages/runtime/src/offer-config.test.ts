import { createMemoryBus } from '@evenkeel/bus';
import { Config } from '@evenkeel/contracts';
import { beforeEach, expect, test } from 'vitest';
import { inForce } from './config-source.ts';
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
  await noteOffer(ledger, name, await configs.change(own));
};

test('the first to start puts its own in force', async () => {
  expect((await begin('scorer', acting)).current().config).toEqual(acting);
  expect(await inForce(ledger)).toEqual(acting);
  expect(warned).toEqual([]);
});

test('one that starts again with what it brought before does not undo what somebody put in force meanwhile', async () => {
  for (const name of ['scorer', 'collector', 'executor']) await begin(name, acting);
  await change('collector', observing);
  expect((await begin('scorer', acting)).current().config).toEqual(observing);
  expect(await inForce(ledger)).toEqual(observing);
  expect(warned).toEqual([expect.stringContaining('SIGHUP puts it in force again')]);
});

test('one whose file was edited puts that in force when it starts again, also where it was in force before', async () => {
  await begin('scorer', observing);
  await begin('scorer', acting);
  expect(await inForce(ledger)).toEqual(acting);
  await begin('scorer', observing);
  expect(await inForce(ledger)).toEqual(observing);
  expect(warned).toEqual([]);
});

test('one that is new with something new puts it in force; with something old it follows', async () => {
  await begin('scorer', acting);
  await begin('profiler', observing);
  expect(await inForce(ledger)).toEqual(observing);
  await begin('recommender', acting);
  expect(await inForce(ledger)).toEqual(observing);
});

test('one that was changed by SIGHUP keeps that when it starts again', async () => {
  await begin('scorer', acting);
  await change('scorer', recommending);
  await begin('collector', recommending);
  await begin('scorer', recommending);
  expect(await inForce(ledger)).toEqual(recommending);
});

test('one without a valid configuration of its own follows what is in force, else says what is wrong', async () => {
  const problem = new Error('line 3: mode is "go"');
  await expect(begin('scorer', problem)).rejects.toBe(problem);
  await begin('scorer', acting);
  expect((await begin('scorer', problem)).current().config).toEqual(acting);
  expect(warned).toEqual([expect.stringContaining('follows the one that is in force')]);
});

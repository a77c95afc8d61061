import { createMemoryBus } from '@evenkeel/bus';
import { Config } from '@evenkeel/contracts';
import { beforeEach, expect, test } from 'vitest';
import { type ConfigSource, openConfigSource } from './config-source.ts';
import { defineService } from './define-service.ts';
import { createDepartures, type Departures } from './departures.ts';

const named = (...names: string[]) => Config.parse({ clusters: names.map((name) => ({ name, hosts: [name] })) });
const quiet = { summary: '', owns: {}, reads: {}, publishes: [] };
const mover = defineService({
  ...quiet,
  name: 'mover',
  begun: async ({ cluster, ledger }) => (await ledger.list(`${cluster}.begun`)).map(({ value }) => String(value)),
});

let ledger: ReturnType<typeof createMemoryBus>['ledger'];
let configs: ConfigSource;
let logged: string[];
let departures: Departures;
const note = (fields: object, message: string) => void logged.push(`${Object.values(fields)[0]}: ${message}`);
const create = (...services: (typeof mover)[]) =>
  createDepartures({ services, ledger, configs, log: { info: note, warn: note } });
beforeEach(async () => {
  ledger = createMemoryBus().ledger;
  logged = [];
  configs = await openConfigSource(ledger, named('east', 'west'));
  departures = create(mover);
});
const begin = (cluster: string) => ledger.create(`${cluster}.begun.1`, 'qemu/1 a->b');
const end = async (cluster: string) =>
  ledger.remove(`${cluster}.begun.1`, (await ledger.get(`${cluster}.begun.1`))!.revision);
const troubles = () => departures.checks().map(({ name, trouble }) => `${name} ${trouble()}`);

test('one that goes is kept for a look, and for as long as something goes on there, under what named it last', async () => {
  const standing = configs.current();
  expect([await departures.look(), departures.of('west')]).toEqual([[], null]);
  await configs.change(named('east'));
  expect(departures.of('west')).toEqual(standing);
  expect(await departures.look()).toEqual(['west']);
  expect(await departures.look()).toEqual([]);
  await begin('west');
  for (let i = 0; i < 2; i++) expect(await departures.look()).toEqual(['west']);
  expect(troubles()).toEqual([]);
  await end('west');
  expect(await departures.look()).toEqual([]);
  await configs.change(named('west'));
  expect([await departures.look(), departures.of('west'), departures.of('north')]).toEqual([['east'], null, null]);
});

test('what goes on where this process never was is named, once in the log, until it is over or listed again', async () => {
  await begin('west');
  await configs.change(named('east'));
  for (let i = 0; i < 2; i++) expect(await departures.look()).toEqual([]);
  expect(logged).toEqual([expect.stringMatching(/^west: begun in cluster west, which is no longer configured/)]);
  expect(troubles()).toEqual([expect.stringMatching(/^clusters\/west qemu\/1 a->b: .* list it under that name again/)]);
  await end('west');
  await departures.look();
  expect(troubles()).toEqual([]);
  await begin('west');
  await configs.change(named('west'));
  await departures.look();
  expect(troubles()).toEqual([]);
});

test('a process that begins nothing keeps nothing', async () => {
  const { begun: _, ...reader } = mover;
  departures = create(reader as typeof mover);
  await departures.look();
  await begin('west');
  await configs.change(named('east'));
  expect([await departures.look(), troubles()]).toEqual([[], []]);
});

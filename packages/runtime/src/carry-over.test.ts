import { createMemoryBus, type Ledger } from '@evenkeel/bus';
import { type Automation, automationKey, Config, readAutomation, untouched } from '@evenkeel/contracts';
import { beforeEach, expect, test } from 'vitest';
import { CarryOverFailed } from './carry-over.ts';
import { activeConfig, openConfigSource } from './config-source.ts';
import type { Log } from './define-service.ts';
import { openConfigs } from './offer-config.ts';

const at = '2026-01-01T00:00:00.000Z';
const paused: Automation = {
  ...untouched,
  revision: 2,
  pause: { since: at, by: 'ada', reason: 'storage' },
  mode: { mode: 'approve', since: at, by: 'ada' },
  drained: { pve4: { since: at, by: 'ada', reason: 'disk' } },
};
const named = (...names: string[]) => Config.parse({ clusters: names.map((name) => ({ name, hosts: ['pve1'] })) });
const [alpha, prod] = [named('alpha'), named('prod')];

let ledger: Ledger;
let logged: string[];
beforeEach(() => {
  ledger = createMemoryBus().ledger;
  logged = [];
});
const note = (level: string) => (fields: object, message: string) =>
  void logged.push(`${level} ${JSON.stringify(fields)} ${message}`);
const log: Log = { debug() {}, info: note('info'), warn: note('warn'), error: note('error') };
const open = (own: Config, on = ledger) => openConfigs(own, { name: 'up', ledger: on, log });
const asked = async (cluster: string) => readAutomation((await ledger.get(automationKey(cluster)))?.value);

test('a cluster with another name keeps its pause, drains and mode, before that name is in force', async () => {
  const order: string[] = [];
  const noting =
    <A extends [string, ...unknown[]], T>(write: (...given: A) => T) =>
    (...given: A): T => {
      order.push(given[0]);
      return write(...given);
    };
  const through: Ledger = { ...ledger, create: noting(ledger.create), update: noting(ledger.update) };
  const configs = await open(alpha, through);
  await ledger.create(automationKey('alpha'), paused);
  order.length = 0;
  await configs.change(prod);
  expect(await asked('prod')).toEqual(paused);
  expect(order.indexOf('prod.automation')).toBeLessThan(order.indexOf('config.active'));
  expect(order).toContain('prod.automation');
  const said = logged.find((line) => line.includes('a cluster has another name'));
  expect(said).toMatch(/^info .*"prod".*"alpha".*paused by ada.*pve4.*approve.*cooldowns.* do not$/);
});

test('also where the name is another after a restart, and where another version wrote what was in force', async () => {
  await open(alpha);
  await ledger.create(automationKey('alpha'), paused);
  const active = (await ledger.get('config.active'))!;
  const kept = (await ledger.get(`config.${active.value}`))!;
  await ledger.update(kept.key, { ...alpha, of_another_version: 1 }, kept.revision);
  expect((await open(prod)).current().config).toEqual(prod);
  expect(await asked('prod')).toEqual(paused);
});

test.each(['before', 'after'])(
  'whoever comes second, having looked %s, undoes nothing that was asked under the new name',
  async (when) => {
    await open(alpha);
    await ledger.create(automationKey('alpha'), untouched);
    const slow: Ledger = {
      ...ledger,
      get: async (key) => {
        const found = await ledger.get(key);
        if (key !== automationKey('prod') || found) return found;
        await first.change(prod);
        const { revision } = (await ledger.get(key))!;
        await ledger.update(key, paused, revision);
        return when === 'before' ? found : ledger.get(key);
      },
    };
    const first = await openConfigSource(ledger, alpha);
    const second = await openConfigSource(slow, alpha);
    await second.change(prod);
    expect(await asked('prod')).toEqual(paused);
    await Promise.all([first.change(alpha), second.change(alpha)]);
    expect(await asked('alpha')).toEqual(paused);
  },
);

test('back under its first name it is as it was under the second', async () => {
  const configs = await open(alpha);
  await ledger.create(automationKey('alpha'), untouched);
  await configs.change(prod);
  await ledger.update(automationKey('prod'), paused, (await ledger.get(automationKey('prod')))!.revision);
  await configs.change(alpha);
  expect(await asked('alpha')).toEqual(paused);
});

test('one that goes while something is asked of it is warned of, and nothing else', async () => {
  const configs = await open(Config.parse({ clusters: [...alpha.clusters, { name: 'west', hosts: ['w1'] }] }));
  await ledger.create(automationKey('west'), paused);
  await configs.change(alpha);
  expect(logged).toEqual([expect.stringMatching(/^warn .*"west".*paused by ada.*no longer configured/)]);
  expect(await asked('west')).toEqual(paused);
  logged.length = 0;
  await configs.change(Config.parse({ clusters: [] }));
  expect(logged).toEqual([]);
});

test('where it may not be taken along, the new name is not in force; whoever may puts it there', async () => {
  await open(alpha);
  await ledger.create(automationKey('alpha'), paused);
  const narrow: Ledger = {
    ...ledger,
    create: (key, value) =>
      key.endsWith('automation') ? Promise.reject(new Error('permissions violation')) : ledger.create(key, value),
  };
  const scorer = await open(prod, narrow);
  expect(scorer.current().config).toEqual(alpha);
  expect(logged.at(-1)).toMatch(/alpha.automation to prod.automation: permissions violation.*only filter-pipeline may/);
  await expect(scorer.change(prod)).rejects.toThrow(CarryOverFailed);
  expect(await activeConfig(ledger)).toEqual(alpha);
  await open(prod);
  expect(await scorer.follow()).toBe(true);
  expect(await asked('prod')).toEqual(paused);
});

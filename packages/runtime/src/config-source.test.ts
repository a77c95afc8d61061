import { createMemoryBus } from '@evenkeel/bus';
import { Config } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { activeConfig, openConfigSource, UnknownConfig } from './config-source.ts';
import { standstill } from './may-write.ts';

const quiet = Config.parse({});
const acting = Config.parse({ mode: 'auto', automated_migrations: { dry_run: false } });

test('what one process puts in force, every other follows', async () => {
  const { ledger } = createMemoryBus();
  const first = await openConfigSource(ledger, quiet);
  const second = await openConfigSource(ledger, quiet);
  const revision = await first.change(acting);
  expect(second.current().config).toEqual(quiet);
  expect(await second.follow()).toBe(true);
  expect(second.current()).toEqual({ config: acting, revision });
  expect(await second.follow()).toBe(false);
});

test('what is in force stays so, whoever starts with something else', async () => {
  const { ledger } = createMemoryBus();
  expect(await activeConfig(ledger)).toBe(null);
  await openConfigSource(ledger, quiet);
  const later = await openConfigSource(ledger, acting);
  expect(later.current().config).toEqual(quiet);
  expect(await activeConfig(ledger)).toEqual(quiet);
});

test('what is in force, but cannot be read by this version, gives way', async () => {
  const { ledger } = createMemoryBus();
  await ledger.create('config.active', 'feedfeedfeedfeed');
  await ledger.create('config.feedfeedfeedfeed', { mode: 'of another version' });
  expect(await activeConfig(ledger)).toBe(null);
  expect((await openConfigSource(ledger, quiet)).current().config).toEqual(quiet);
  expect(await activeConfig(ledger)).toEqual(quiet);
});

test('a revision is known wherever it was told, and never guessed', async () => {
  const { ledger } = createMemoryBus();
  const later = await openConfigSource(ledger, acting);
  const revision = await later.change(quiet);
  await later.change(acting);
  expect(await later.at(revision)).toEqual(quiet);
  await expect(later.at('0123456789abcdef')).rejects.toThrow(UnknownConfig);
  const nobody = async () => Promise.reject(new Error('no key of a ledger'));
  const strict = await openConfigSource(
    { ...ledger, get: (key) => (/[ *>]/.test(key) ? nobody() : ledger.get(key)) },
    acting,
  );
  for (const garbage of ['', 'a b', '>', '*'])
    await expect(strict.at(garbage)).rejects.toThrow('is not a revision of a configuration');
  await ledger.create('config.feedfeedfeedfeed', { mode: 'of another version' });
  await expect(later.at('feedfeedfeedfeed')).rejects.toThrow('cannot be read by this version');
});

test('of many configurations a process remembers the last, and reads an older one again', async () => {
  const { ledger } = createMemoryBus();
  const asked: string[] = [];
  const get: typeof ledger.get = (key) => {
    asked.push(key);
    return ledger.get(key);
  };
  const source = await openConfigSource({ ...ledger, get }, quiet);
  const revisions: string[] = [];
  for (let seconds = 30; seconds < 55; seconds++)
    revisions.push(await source.change(Config.parse({ collection: { sample_interval_seconds: seconds } })));
  asked.length = 0;
  expect((await source.at(revisions.at(-1)!)).collection.sample_interval_seconds).toBe(54);
  expect(asked).toEqual([]);
  expect((await source.at(revisions[0]!)).collection.sample_interval_seconds).toBe(30);
  expect(asked).toEqual([`config.${revisions[0]}`]);
});

test.each([
  ['as it is by default', {}, 'mode is observe'],
  ['dry run', { mode: 'auto' }, 'dry_run is on'],
  ['asking', { mode: 'approve', automated_migrations: { dry_run: false } }, null],
  ['recommending', { mode: 'recommend', automated_migrations: { dry_run: false } }, 'mode is recommend'],
  [
    'off',
    { mode: 'auto', automated_migrations: { enabled: false, dry_run: false } },
    'automated_migrations.enabled is off',
  ],
  ['acting', { mode: 'auto', automated_migrations: { dry_run: false } }, null],
] as const)('nothing is written to Proxmox: %s', (_name, config, reason) => {
  expect(standstill(Config.parse(config))).toBe(reason);
});

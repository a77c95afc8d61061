import { createMemoryBus, type Ledger } from '@evenkeel/bus';
import { Config } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { openConfigSource } from './config-source.ts';
import { mostRetired, pruneConfigs } from './prune-configs.ts';

const day = 86_400_000;
const threshold = (points: number) => Config.parse({ penalty_config: { min_score_improvement: points + 1 } });
const revisions = async (ledger: Ledger) =>
  (await ledger.list('config')).map(({ key }) => key.slice(7)).filter((name) => /^[0-9a-f]{16}$/.test(name));

/** A ledger in which configurations were in force one after the other, each from its own moment on. */
async function changedAt(...times: number[]) {
  const { ledger } = createMemoryBus();
  let now = times[0]!;
  const source = await openConfigSource(ledger, threshold(0), () => now);
  const told = [source.current().revision];
  for (const [i, time] of times.slice(1).entries()) {
    now = time;
    told.push(await source.change(threshold(i + 1)));
  }
  return { ledger, told, source, at: (time: number) => (now = time) };
}

test('a configuration goes once no stream holds an event that may ask for it', async () => {
  const { ledger, told } = await changedAt(0, day, 50 * day, 91 * day);
  expect(new Set(await revisions(ledger))).toEqual(new Set(told));
  await pruneConfigs(ledger, 92 * day);
  expect(new Set(await revisions(ledger))).toEqual(new Set(told));
  await pruneConfigs(ledger, 92 * day + 1);
  expect(new Set(await revisions(ledger))).toEqual(new Set(told.slice(1)));
});

test('the one in force stays, however long', async () => {
  const { ledger, told } = await changedAt(0);
  await pruneConfigs(ledger, 1000 * day);
  expect(await revisions(ledger)).toEqual(told);
});

test('one that was in force again counts from when it last was', async () => {
  const { ledger, told, source, at } = await changedAt(0, day);
  at(80 * day);
  await source.change(threshold(0));
  at(81 * day);
  await source.change(threshold(1));
  await pruneConfigs(ledger, 150 * day);
  expect(new Set(await revisions(ledger))).toEqual(new Set(told));
});

test('of very many the newest are kept', async () => {
  const { ledger, told } = await changedAt(0, day);
  const many = Array.from({ length: mostRetired + 5 }, (_, i) => i.toString(16).padStart(16, '0'));
  for (const revision of many) await ledger.create(`config.${revision}`, {});
  await pruneConfigs(ledger, 2 * day);
  expect(new Set(await revisions(ledger))).toEqual(new Set([told[1], ...many.slice(-mostRetired)]));
});

test('one that is put in force while it is removed is there', async () => {
  const { ledger, told, source } = await changedAt(0, day);
  const meanwhile: Ledger = {
    ...ledger,
    remove: async (key, revision) => {
      await source.change(threshold(0));
      return ledger.remove(key, revision);
    },
  };
  await pruneConfigs(meanwhile, 200 * day);
  expect(await source.at(told[0]!)).toEqual(threshold(0));
  expect(await revisions(ledger)).toContain(told[0]);
});

import { readExplanation } from '@evenkeel/all-in-one/explain';
import { lastRunSummary, recommendationDecided } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { readGiven } from './given.ts';
import { play } from './play.ts';
import { here } from './stories.ts';

test('what is explained has followed its migrations to their end, as the record of the run has', async () => {
  const given = await readGiven(`${here}skewed-homelab`);
  const oneByOne = { automated_migrations: { rules: { max_concurrent_migrations: 1 } } };
  const { bus, store, simulator, events } = await play({ ...given, minutes: 9, config: oneByOne });

  const run = await readExplanation(bus, simulator.name, undefined);
  expect(run!.json).toEqual(await store.get(simulator.name, lastRunSummary.name, 'all'));
  expect(run!.json).toMatchObject({ status: 'success', migrations_executed: 2, counts: { executed: 2 } });

  const waited = events.findLast(
    ({ type, data }) =>
      type.includes(`.${recommendationDecided.name}.`) && (data as { action: string }).action === 'skipped',
  )!.data as { recommendation: { vmid: number; guest: string } };
  const guest = await readExplanation(bus, simulator.name, waited.recommendation.vmid);
  expect(guest!.text).toContain('\n  skipped: ranked 2 of 2');
  expect(guest!.text).toMatch(
    /since then: approved [\d:]+ \(to start before [\d:]+\), started [\d:]+, completed [\d:]+ \(in \d+ s, paused \d+ ms\)\n/,
  );
  expect(run!.text).toMatch(new RegExp(`executed  ${waited.recommendation.guest} [^:]+: approved .* completed `));
  expect(`${run!.text}${guest!.text}`).not.toMatch(/\b(\w+): \1\b/);
});

test('what people answered is told, and moves the run on as its record has it', async () => {
  const given = await readGiven(`${here}approved-by-hand`);
  const explain = async (minutes: number, vmid: number) => {
    const changes = [...given.changes!, { minute: 13, answer: { vmid: 102, answer: 'reject' as const } }];
    const { bus, store, simulator } = await play({ ...given, minutes, changes });
    const run = await readExplanation(bus, simulator.name, undefined);
    const record = await store.get(simulator.name, lastRunSummary.name, 'all');
    return { run, record, guest: await readExplanation(bus, simulator.name, vmid) };
  };

  const rejected = await explain(8, 103);
  expect(rejected.run!.json).toEqual(rejected.record);
  expect(rejected.run!.json).toMatchObject({ counts: { pending: 1, skipped: 1 } });
  expect(rejected.guest!.text).toContain('since then: anna@desk said no 09:07:00\n');

  const approved = await explain(14, 102);
  expect(approved.run!.json).toEqual(approved.record);
  expect(approved.run!.json).toMatchObject({ status: 'success', counts: { executed: 1 } });
  expect(approved.guest!.text).toMatch(
    /since then: anna@desk said yes 09:12:00, approved by anna@desk 09:12:00 \(to start before [\d:]+\), started [\d:]+, completed [\d:]+ \(.*\), anna@desk said no 09:13:00\n/,
  );
});

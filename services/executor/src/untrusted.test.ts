import { createMemoryLedger } from '@evenkeel/bus';
import { migrationApproved, type Said } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { doneKey, executionKey } from './keys.ts';
import { executor } from './service.ts';
import { approval } from './testing/approval.ts';

const migration = approval(101, 'a', 'b');
const now = Date.parse(migration.approved_at);
const untrusted = 'the approval is not signed';

async function hear(ledger = createMemoryLedger()): Promise<{ said: readonly Said[]; kept: number }> {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const context = { cluster: 'lab', now, ledger, log, trace: undefined, untrusted };
  const event = { data: { migration }, id: 'x', sequence: 1 };
  const said = await executor.handlers.get(migrationApproved)!(event as never, context as never);
  return { said, kept: (await ledger.list('lab.migration')).length };
}

test('an approval that is not trusted is refused with the reason, and nothing of it is begun', async () => {
  const { said, kept } = await hear();
  expect(said).toMatchObject([
    { name: 'migration.refused', data: { migration, reason: untrusted, code: 'untrusted' } },
  ]);
  expect(kept).toBe(0);
});

test.each([
  ['under way', executionKey(migration), 1],
  ['over', doneKey(migration), 0],
])('a forged copy of one that is %s ends nothing', async (_, key, before) => {
  const ledger = createMemoryLedger();
  await ledger.create(key, {});
  expect(await hear(ledger)).toEqual({ said: [], kept: before });
});

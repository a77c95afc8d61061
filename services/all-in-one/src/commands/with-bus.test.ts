import { readSettings } from '@evenkeel/runtime';
import { expect, test } from 'vitest';
import { UsageError } from './fail.ts';
import { withBus } from './with-bus.ts';

const failing = (error: Error, otherwise?: string) => {
  const read = readSettings({}, () => '');
  if (!read.ok) throw new Error(read.problems.join());
  return withBus(read.settings, 'test', () => Promise.reject(error), otherwise);
};

test.each([
  ['what to do instead', new Error('timeout'), 'touch /kill-switch', 'timeout. touch /kill-switch'],
  ['nothing where there is nothing else to do', new Error('timeout'), undefined, 'timeout'],
  ['nothing where the wire was not what failed', new UsageError('no node "x"'), 'touch /kill-switch', 'no node "x"'],
])('work that fails says %s', async (_, error, otherwise, sentence) => {
  await expect(failing(error, otherwise)).rejects.toMatchObject({ name: error.name, message: sentence });
});

import { createMemoryBus } from '@evenkeel/bus';
import { automationKey, Config, untouched } from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { openConfigSource, start } from '@evenkeel/runtime';
import { plainSurroundings } from '@evenkeel/runtime/test';
import { expect, test } from 'vitest';
import { requestChange } from './request.ts';

test('what is asked now is later than what holds, though that was said by a clock an hour ahead', async () => {
  const bus = createMemoryBus({ wait: () => new Promise((resolve) => setImmediate(resolve)) });
  const configs = await openConfigSource(bus.ledger, Config.parse({}));
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const pause = { since: at, by: 'anna', reason: '' };
  await bus.ledger.create(automationKey('lab'), { ...untouched, pause, applied: { sequence: 0, at } });
  await start([filterPipeline], plainSurroundings({ bus, configs, clusters: ['lab'] }));
  const changed = await requestChange(bus, { cluster: 'lab', by: 'bob' }, { do: 'resume' });
  expect(changed).toMatchObject({ automation: { applied: { sequence: 1, at } } });
  expect(changed).not.toHaveProperty('automation.pause');
});

import { createMemoryBus } from '@evenkeel/bus';
import { Config } from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { openConfigSource, start } from '@evenkeel/runtime';
import { plainSurroundings } from '@evenkeel/runtime/test';
import { expect, test } from 'vitest';
import { askAll, type Reply, sumUp } from './ask-all.ts';
import { requestChange } from './request.ts';

test('where one of three clusters cannot be asked, the others are paused all the same', async () => {
  const bus = createMemoryBus({ wait: () => new Promise((resolve) => setImmediate(resolve)) });
  const configs = await openConfigSource(bus.ledger, Config.parse({}));
  const clusters = ['a', 'b', 'c'];
  await start([filterPipeline], plainSurroundings({ bus, configs, clusters }));
  const ask = async (cluster: string) => {
    if (cluster === 'b') throw new Error('NATS refuses');
    return requestChange(bus, { cluster, by: 'anna' }, { do: 'pause', reason: 'fire' });
  };
  const replies = await askAll(clusters, ask);
  expect(replies).toMatchObject([
    { cluster: 'a', changed: { automation: { pause: { by: 'anna' } } } },
    { cluster: 'b', failed: 'NATS refuses' },
    { cluster: 'c', changed: { automation: { pause: { by: 'anna' } } } },
  ]);
  expect(sumUp(replies)).toBe('done in a, c; could not be asked: b');
});

const changed = {} as Extract<Reply, { changed: unknown }>['changed'];

test.each<[string, Reply[], string | null]>([
  ['one alone', [{ cluster: 'a', changed: null }], null],
  [
    'all of them',
    [
      { cluster: 'a', changed },
      { cluster: 'b', changed },
    ],
    null,
  ],
  [
    'one that refused',
    [
      { cluster: 'a', changed },
      { cluster: 'b', refused: 'the clocks disagree' },
    ],
    'done in a; refused in b',
  ],
  [
    'none of them',
    [
      { cluster: 'a', changed: null },
      { cluster: 'b', failed: 'x' },
    ],
    'done in none; no answer yet from a; could not be asked: b',
  ],
])('what is summed up of %s', (_, replies, sentence) => {
  expect(sumUp(replies)).toBe(sentence);
});

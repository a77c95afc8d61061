import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aCluster, aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { fileRecording } from './read-recording.ts';

const line = (minute: number): string =>
  `${JSON.stringify(aCluster([aNode('a')], [aGuest(101, 'a')], { at: new Date(Date.UTC(2026, 0, 5, 12, minute)).toISOString() }))}\n`;

test('a file that somebody goes on writing is as long as it was, each time that it is read', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'evenkeel-recording-'));
  const file = join(dir, 'recording.jsonl');
  await writeFile(file, [0, 1, 2].map(line).join(''));
  const warnings: string[] = [];
  const { play } = await fileRecording(file, undefined, (sentence) => warnings.push(sentence));
  const lengths: number[] = [];
  for (const minute of [3, 4]) {
    lengths.push((await Array.fromAsync(play())).length);
    await appendFile(file, line(minute));
  }
  await rm(dir, { recursive: true });
  expect([lengths, warnings]).toEqual([[3, 3], []]);
});

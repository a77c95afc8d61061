import { createMemoryBus } from '@evenkeel/bus';
import { Config, clusterSampled, recommended } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { aCluster, aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { envelope } from '@evenkeel/runtime';
import { expect, test } from 'vitest';
import { compareConfigs, type Named } from './compare-configs.ts';
import { holdRecording } from './hold-recording.ts';
import { streamRecording } from './read-recording.ts';

const start = Date.UTC(2026, 0, 5);
const guests = Array.from({ length: 8 }, (_, i) => aGuest(101 + i, 'a', { cpu: 0.8, maxcpu: 2 }));
const at = (i: number): string => iso(start + 60_000 * i);

/** A stream in which somebody goes on writing, and that lets go of its oldest messages when it holds more than so many. */
function growingBus(most: number) {
  const bus = createMemoryBus({ limits: { telemetry: { per_subject: most } } });
  let written = 0;
  const write = async (samples: number): Promise<void> => {
    for (const end = written + samples; written < end; written++) {
      const sample = aCluster([aNode('a'), aNode('b')], guests, { at: at(written), sequence: written + 1 });
      const said = clusterSampled.of(sample, sample.at);
      const about = { service: 'collector', cluster: 'lab', trace: '00-a-b-01', config_revision: 'none' };
      await bus.publish(envelope(clusterSampled, said, about));
    }
  };
  return { bus, write };
}

test('every configuration plays what the stream held when it was asked, whatever comes and goes meanwhile', async () => {
  const { bus, write } = growingBus(25);
  await write(20);
  const recording = await streamRecording(bus, 'lab');
  await write(3);
  const held = await holdRecording(recording);
  const seen: number[] = [];
  const others: Promise<void>[] = [];
  const named = (name: string): Named => ({ name, config: Config.parse(recommended) });
  const rows = await compareConfigs(held, [named('one'), named('two')], (_, total) => {
    others.push(write(5));
    return { seen: ({ samples }) => void seen.push(samples / total), done: () => {} };
  });
  await Promise.all(others);
  expect(recording.note).toBe('messages 1 to 20 of the telemetry stream');
  expect(rows.map(({ name, samples, from, to }) => [name, samples, from, to])).toEqual(
    ['nothing moves', 'one', 'two'].map((name) => [name, 20, at(0), at(19)]),
  );
  const { name: _, ...one } = rows[1]!;
  expect(rows[2]).toMatchObject(one);
  expect(Math.max(...seen)).toBe(1);
});

test('a recording from the stream ends at the last sample that there was, each time that it is read', async () => {
  const { bus, write } = growingBus(25);
  await write(4);
  const { play } = await streamRecording(bus, 'lab');
  const lengths: number[] = [];
  for (let pass = 0; pass < 3; pass++) {
    lengths.push((await Array.fromAsync(play())).length);
    await write(2);
  }
  expect(lengths).toEqual([4, 4, 4]);
});

test('an empty stream is said to hold no sample', async () => {
  const held = await holdRecording(await streamRecording(createMemoryBus(), 'lab'));
  const told = () => ({ seen: () => {}, done: () => {} });
  await expect(compareConfigs(held, [{ name: 'one', config: Config.parse({}) }], told)).rejects.toThrow(
    'from the telemetry stream: 0 samples of cluster lab, and two are needed at least',
  );
});

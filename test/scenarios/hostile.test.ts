import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readGiven } from './given.ts';
import { hostile, type Order } from './hostile.ts';
import { broken } from './laws.ts';
import { play } from './play.ts';
import { here, oneWay } from './stories.ts';
import { tellStory } from './tell-story.ts';

async function playHostile(name: string, seed: number, order: Order): Promise<{ told: string; expected: string }> {
  const given = await readGiven(`${here}${name}`);
  const played = await play(given, hostile(seed, order));
  expect(await broken(played)).toEqual([]);
  return { told: tellStory(given, [['', played]]), expected: readFileSync(`${here}${name}/then.txt`, 'utf8') };
}

/** What is told, whatever order it is told in: one consumer may be served before another hears of the same moment. */
const lines = (told: string): string[] => told.split('\n').sort();

/** What was decided and what came of it, without when: among moves approved together, the first to arrive starts first. */
const deeds = (told: string): string[] =>
  [
    ...told.split('\n').flatMap((line) => / {2}(approved|moved|failed|not started) .*?→ \S+/.exec(line)?.[0] ?? []),
    ...told
      .split('In the end:')[1]!
      .replace(/CPU .*?:/g, '')
      .split('\n'),
  ].sort();

/** A way back begins at the second look after the end of its move, and a look that met a fault is taken again at once: some seconds earlier. */
const paced = ['brought-back'];

test.each(oneWay.filter((name) => !paced.includes(name)))(
  '%s goes the same when publishing fails and everything comes twice and late',
  async (name) => {
    const { told, expected } = await playHostile(name, 1, 'kept');
    expect(lines(told)).toEqual(lines(expected));
  },
);

test.each(paced)('%s does the same when publishing fails and everything comes twice and late', async (name) => {
  const { told, expected } = await playHostile(name, 1, 'kept');
  expect(deeds(told)).toEqual(deeds(expected));
});

const changeable = ['anti-affinity-mended', 'drain-a-node', 'ha-guest', 'pair-stays-together', 'skewed-homelab'];
const seeds = [2, 3];

test.each(changeable.flatMap((name) => seeds.map((seed) => ({ name, seed }))))(
  '$name does the same even where events overtake one another, seed $seed',
  async ({ name, seed }) => {
    const { told, expected } = await playHostile(name, seed, 'lost');
    expect(deeds(told)).toEqual(deeds(expected));
  },
);

/** Here the fault strikes whoever starts first, which is another guest when approvals overtake one another; the laws hold all the same. */
test.each(seeds)('migration-fails keeps the laws where events overtake one another, seed %i', async (seed) => {
  const { told } = await playHostile('migration-fails', seed, 'lost');
  expect(told).toMatch(/ {2}failed /);
});

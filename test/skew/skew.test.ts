import { readFileSync } from 'node:fs';
import { type AnyEvent, commands, events } from '@evenkeel/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGiven } from '../scenarios/given.ts';
import { broken } from '../scenarios/laws.ts';
import { type Played, play } from '../scenarios/play.ts';
import { here } from '../scenarios/stories.ts';
import { tellStory } from '../scenarios/tell-story.ts';
import { anyOf } from '../topology/any-of.ts';
import { type Shift, shiftVersion } from './shift-version.ts';
import { skewed } from './skewed.ts';

async function playSkewed(name: string, ...args: Parameters<typeof skewed>) {
  const given = await readGiven(`${here}${name}`);
  const played = await play(given, undefined, skewed(...args));
  expect(played.errors).toEqual([]);
  expect(await Array.fromAsync(played.bus.letters())).toEqual([]);
  expect(await broken(played)).toEqual([]);
  return { told: tellStory(given, [['', played]]), expected: readFileSync(`${here}${name}/then.txt`, 'utf8'), played };
}
const moved = ({ simulator }: Played) => simulator.inspect().moves.length;

const patience = { timeout: 120_000 };

describe(
  'beside services of a newer version, whose events, records and entries of the ledger say more',
  patience,
  () => {
    test.each(['brought-back', 'approved-by-hand', 'pair-stays-together'])('%s goes the same', async (name) => {
      const { told, expected } = await playSkewed(name, 'newer');
      expect(told).toBe(expected);
    });
  },
);

describe('beside services of an older version, whose events do not say what is optional', patience, () => {
  test.each<[string, (name: string) => boolean]>([
    ['samples', (name) => name === 'cluster.sampled'],
    ['profiles and scores', (name) => /^cluster\.(profiled|scored)|^history/.test(name)],
    ['recommendations', (name) => /^recommendations/.test(name)],
    ['decisions', (name) => /^(recommendation|run)\.decided|^migration\.approved/.test(name)],
    ['what became of moves', (name) => /^migration\.(started|progressed|completed|failed|refused)|^outcome/.test(name)],
  ])('%s: guests still move, and every law holds', async (_, says) => {
    const { played } = await playSkewed('pair-stays-together', 'older', says);
    expect(moved(played)).toBeGreaterThan(0);
  });

  test('all of them at once, and a failure among them', async () => {
    const { told, played } = await playSkewed('migration-fails', 'older');
    expect(told).toMatch(/ {2}failed /);
    expect(moved(played)).toBeGreaterThan(0);
  });

  test('even what says whether there is a run: then nothing moves, and nothing breaks', async () => {
    const { played } = await playSkewed(
      'pair-stays-together',
      'older',
      () => true,
      () => false,
    );
    expect(moved(played)).toBe(0);
  });
});

describe.each<Shift>(['newer', 'older'])('said by an %s version', (how) => {
  test.each(([...events, ...commands] as readonly AnyEvent[]).map((event) => ({ name: event.name, event })))(
    '$name is read for what it says',
    ({ event }) => {
      const shift = shiftVersion(event.data, how);
      fc.assert(
        fc.property(anyOf(event.data), (value) => {
          fc.pre(event.data.safeParse(value).success);
          const read = event.data.safeParse(shift(value));
          expect(read.success).toBe(true);
          if (how === 'newer') expect(read.data).toEqual(event.data.parse(value));
        }),
        { numRuns: 15, seed: 11 },
      );
    },
  );
});

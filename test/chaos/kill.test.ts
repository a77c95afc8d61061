import { describe, expect, test } from 'vitest';
import { findBoth } from '../e2e/stage/servers.ts';
import { checkStory } from './check-story.ts';
import { endure } from './endure.ts';
import { planKills } from './kills.ts';
import { tellStory } from './tell-story.ts';

const binaries = await findBoth();

describe.skipIf(!binaries)('kill -9', () => {
  test('of every service at moments of a seed: nothing is moved twice, nothing lacks its end', {
    timeout: 150_000,
  }, async () => {
    const kills = planKills(1, 1);
    const { witness, story } = await endure(binaries!, kills);
    console.log(tellStory(kills, witness));
    expect(checkStory(witness), story).toEqual([]);
    expect(witness.truth.moves.length).toBeGreaterThan(5);
  });
});

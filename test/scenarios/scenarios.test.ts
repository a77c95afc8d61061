import { expect, test } from 'vitest';
import { forgets } from './forgets.ts';
import { readGiven, waysOf } from './given.ts';
import { broken } from './laws.ts';
import { type Played, play } from './play.ts';
import { here, stories } from './stories.ts';
import { tellStory } from './tell-story.ts';

const patience = 120_000;

test.each(stories)('%s', { timeout: patience }, async (name) => {
  const given = await readGiven(`${here}${name}`);
  const ways: [string, Played][] = [];
  for (const [way, story] of waysOf(given)) {
    const played = await play(story);
    expect(await broken(played)).toEqual([]);
    expect(await forgets(played)).toEqual([]);
    ways.push([way, played]);
  }
  await expect(tellStory(given, ways)).toMatchFileSnapshot(`${name}/then.txt`);
});

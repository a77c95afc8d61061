import { expect, test } from 'vitest';
import { readGiven } from './given.ts';
import { broken } from './laws.ts';
import { play } from './play.ts';
import { here, stories } from './stories.ts';
import { tellStory } from './tell-story.ts';

test.each(stories)('%s', async (name) => {
  const given = await readGiven(`${here}${name}`);
  const played = await play(given);
  expect(await broken(played)).toEqual([]);
  await expect(tellStory(given, played)).toMatchFileSnapshot(`${name}/then.txt`);
});

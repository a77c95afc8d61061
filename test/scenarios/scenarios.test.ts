import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readGiven } from './given.ts';
import { broken } from './laws.ts';
import { play } from './play.ts';
import { tellStory } from './tell-story.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const stories = readdirSync(here, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));

test.each(stories)('%s', async (name) => {
  const given = await readGiven(`${here}${name}`);
  const played = await play(given);
  expect(await broken(played)).toEqual([]);
  await expect(tellStory(given, played)).toMatchFileSnapshot(`${name}/then.txt`);
});

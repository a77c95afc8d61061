import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const here = fileURLToPath(new URL('.', import.meta.url));

/** Every folder beside this file is a story. */
export const stories = readdirSync(here, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? entry.name : []))
  .sort();

/** Those that are played in one way only. */
export const oneWay = stories.filter((name) => !/^variants:/m.test(readFileSync(`${here}${name}/given.yaml`, 'utf8')));

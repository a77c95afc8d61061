import { planted, plantSecrets } from '../../e2e/stage/plant-secrets.ts';
import type { Both } from '../../e2e/stage/servers.ts';
import type { Row } from './row.ts';

/** Texts in which nothing was found say little where there are few. */
const fewest = 40;

/** A secret in every input that takes one, held against all that is said anywhere. */
export async function lookForSecrets(binaries: Both): Promise<Row> {
  const stage = await plantSecrets(binaries);
  try {
    await stage.live();
    await stage.ask();
    const found = await stage.find();
    const { shown } = stage;
    const secrets = Object.keys(planted).length;
    const letters = shown.reduce((sum, [, text]) => sum + text.length, 0);
    return {
      what: 'secrets planted in every input, found nowhere',
      done: secrets,
      required: secrets,
      broken: shown.length >= fewest ? found : [...found, `only ${shown.length} texts were looked through`],
      figures: `${shown.length} texts (log, events, records, ledger, pages, commands), ${Math.round(letters / 1000)} thousand letters`,
    };
  } finally {
    await stage.close();
  }
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PlantedStage, plantSecrets } from './stage/plant-secrets.ts';
import { findBoth } from './stage/servers.ts';

const binaries = await findBoth();

describe.skipIf(!binaries)('secrets that were planted in every input', { timeout: 400_000 }, () => {
  let stage: PlantedStage;
  beforeAll(async () => {
    stage = await plantSecrets(binaries!);
  }, 200_000);
  afterAll(() => stage?.close());

  test('it runs, moves guests, and is told no in every way', async () => {
    await stage.live();
    expect(stage.shown.filter(([where]) => where.startsWith('stream')).length).toBeGreaterThan(20);
    expect(stage.shown.filter(([, text]) => text.includes('planted1')).length).toBeGreaterThan(0);
  });

  test('the command line is asked everything, with good and with bad secrets', () => stage.ask());

  test('none of them is found anywhere', async () => {
    expect(await stage.find()).toEqual([]);
  });
});

import { beforeAll, describe, expect, test } from 'vitest';
import { findBoth, openServers } from '../e2e/stage/servers.ts';
import { decideUnderKills, differences, recordWatching } from './repeat-decisions.ts';

const binaries = await findBoth();

describe.skipIf(!binaries)('the same samples', () => {
  let recorded: Awaited<ReturnType<typeof recordWatching>>;

  beforeAll(async () => {
    recorded = await recordWatching();
  });

  test('are enough to decide on', () => {
    expect(recorded.decided.length).toBeGreaterThan(40);
  });

  test('lead to the same decisions, whoever is killed meanwhile', { timeout: 150_000 }, async () => {
    const servers = await openServers(binaries!);
    try {
      const decided = await decideUnderKills(recorded, servers, 1);
      console.log(`${recorded.seen.length} samples, ${decided.length} decisions`);
      expect(differences(recorded.decided, decided)).toEqual([]);
    } finally {
      await servers.close();
    }
  });
});

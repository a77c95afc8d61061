import { describe, expect, test } from 'vitest';
import { findBoth, openServers } from '../e2e/stage/servers.ts';
import { decideUnderKills, recordWatching } from './repeat-decisions.ts';

const binaries = await findBoth();

describe.skipIf(!binaries)('the same samples', () => {
  test('lead to the same decisions, whoever is killed meanwhile', { timeout: 150_000 }, async () => {
    const recorded = await recordWatching();
    const servers = await openServers(binaries!);
    try {
      const decided = await decideUnderKills(recorded, servers, 1);
      console.log(`${recorded.seen.length} samples, ${decided.length} decisions`);
      const said = ({ id, type, time, data }: (typeof decided)[number]) => ({ id, type, time, data });
      expect(decided.map(said)).toEqual(recorded.decided.map(said));
      expect(recorded.decided.length).toBeGreaterThan(40);
    } finally {
      await servers.close();
    }
  });
});

import { connectNats } from '@evenkeel/bus';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBoth, openServers, type Servers } from '../e2e/stage/servers.ts';
import { checkStory } from './check-story.ts';
import { endure } from './endure.ts';
import { planKills } from './kills.ts';
import { byMigration, sayAtOnce } from './say-at-once.ts';
import { tellStory } from './tell-story.ts';

const binaries = await findBoth();

describe.skipIf(!binaries)('kill -9 of every service at moments of a seed', () => {
  let endured: Awaited<ReturnType<typeof endure>>;
  let servers: Servers;
  const kills = planKills(1, 1);

  beforeAll(async () => {
    endured = await endure(binaries!, kills);
    servers = await openServers(binaries!);
    console.log(tellStory(kills, endured.witness));
  }, 400_000);
  afterAll(() => servers?.close());

  test('moves nothing twice, and everything that was begun has its one end and its outcomes', () => {
    expect(checkStory(endured.witness), endured.story).toEqual([]);
    expect(endured.witness.truth.moves.length).toBeGreaterThan(2);
  });

  test('is not taken for a store that has forgotten', () => {
    expect(endured.story).not.toMatch(/forgotten/);
  });

  test('all events about one migration arrive once when they are said within one second', async () => {
    const migrations = byMigration(endured.witness.events);
    const bus = await connectNats({ servers: servers.nats.url, name: 'chaos' });
    for (let seed = 1; seed <= 100; seed++) {
      const [said, arrived] = await sayAtOnce(bus, migrations[seed % migrations.length]!, seed);
      expect(arrived, `seed ${seed}`).toEqual(said);
    }
    await bus.close();
  });
});

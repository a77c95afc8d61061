import { describe, expect, test } from 'vitest';
import { findBoth } from '../../e2e/stage/servers.ts';
import { kinds } from './edge-kinds.ts';
import { holdStill } from './hold-still.ts';
import { loseLeaders } from './lose-leaders.ts';
import { outdate } from './outdate.ts';
import { outlastRefusals } from './outlast-refusals.ts';
import { playEdge } from './play-edge.ts';
import type { Row, Wanted } from './row.ts';
import { stopExecutors } from './stop-executors.ts';

const binaries = await findBoth();
const wanted: Wanted = { seed: 1, share: 0.01, minutes: 2 };

const keeps = ({ broken, figures, done, story }: Row, atLeast: number): void => {
  console.log(figures);
  expect(broken, story).toEqual([]);
  expect(done).toBeGreaterThanOrEqual(atLeast);
};

/** As much of each part of `pnpm chaos` as fits into seconds; losing Redis and poison have tests of their own in test/e2e. */
describe.skipIf(!binaries)('with real processes and servers', { timeout: 300_000 }, () => {
  test('whoever leads a stream of three copies is killed under load, and nothing acknowledged is lost', async () =>
    keeps(await loseLeaders(binaries!.nats, wanted), 1_000));

  test('one of three executors stands still for twice its lease, and nothing is done twice', async () =>
    keeps(await stopExecutors(binaries!, wanted), 2));

  test('Redis refuses writes: not ready, no move on stale data, and on it goes by itself', async () =>
    keeps(await outlastRefusals(binaries!, wanted, { for_s: 5, only: /out of memory/ }), 1));

  test('answers are lost, people are faster, HA has its own mind: what is said is what became of it', async () =>
    keeps(await playEdge(binaries!, { ...wanted, share: 0.005, seed: 3 }, Object.values(kinds)), 7));

  test('with a clock an hour off, a stale sample or an expired approval nothing is executed', async () =>
    keeps(await outdate(binaries!, wanted, [0, 3600]), 2));

  test('paused, nothing is written', async () =>
    keeps(await holdStill(binaries!, wanted, { for_s: 3, only: /^paused/ }), 1));
});

import type { Both } from '../../e2e/stage/servers.ts';
import { kinds } from './edge-kinds.ts';
import { holdStill } from './hold-still.ts';
import { lookForSecrets } from './look-for-secrets.ts';
import { loseLeaders } from './lose-leaders.ts';
import { loseRedis } from './lose-redis.ts';
import { outdate } from './outdate.ts';
import { outlastRefusals } from './outlast-refusals.ts';
import { outliveLeaders } from './outlive-leaders.ts';
import { playEdge } from './play-edge.ts';
import { poisonNeighbour } from './poison-neighbour.ts';
import { rebuildLarge } from './rebuild-large.ts';
import type { Row, Wanted } from './row.ts';
import { stopExecutors } from './stop-executors.ts';

type Play = (binaries: Both, wanted: Wanted) => Promise<Row>;

/** Rows that need real processes and servers, by the name of their part. */
export const serverParts: Record<string, Play[]> = {
  leaders: [({ nats }, wanted) => loseLeaders(nats, wanted), outliveLeaders],
  stops: [stopExecutors],
  redis: [loseRedis],
  rebuild: [rebuildLarge],
  secrets: [lookForSecrets],
  refusals: [outlastRefusals],
  poison: [poisonNeighbour],
  still: [holdStill],
  edge: [
    ...Object.values(kinds).map(
      (kind): Play =>
        (binaries, wanted) =>
          playEdge(binaries, wanted, [kind]),
    ),
    outdate,
  ],
};

import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredEvent } from '@evenkeel/bus';
import { seeded } from '@evenkeel/bus';
import { type CloudEvent, type Config, recommendationDecided, runDecided } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { skewedCluster } from '../e2e/stage/cluster.ts';
import type { Servers } from '../e2e/stage/servers.ts';
import { names, openStage, type ServiceName } from '../e2e/stage/stage.ts';
import { until } from '../e2e/stage/until.ts';
import { play } from '../scenarios/play.ts';

const watching = { automated_migrations: { dry_run: true, check_interval_minutes: 2 } };

type Recorded = { seen: StoredEvent[]; decided: CloudEvent[]; config: Config };

/** What was seen of forty minutes in which nothing moves, and what was decided on it by services that nobody killed. */
export async function recordWatching(): Promise<Recorded> {
  const { tokens: _, ...cluster } = skewedCluster;
  const { bus, events, config } = await play({
    cluster,
    config: watching,
    minutes: 40,
  });
  const telemetry = await Array.fromAsync(bus.read('telemetry', ['evenkeel.v1.telemetry.>']));
  return {
    seen: telemetry.filter(({ event }) => event.source === 'urn:evenkeel:collector'),
    decided: events.filter(isDecision),
    config,
  };
}

const isDecision = ({ type }: CloudEvent): boolean =>
  type === typeOf(recommendationDecided) || type === typeOf(runDecided);

const deciding = names.filter((name) => name !== 'collector' && name !== 'executor');

/** What the same samples lead to where each service that decides is killed once meanwhile, at a moment of the seed. */
export async function decideUnderKills(
  { seen, decided, config }: Recorded,
  servers: Servers,
  seed: number,
): Promise<CloudEvent[]> {
  const stage = await openStage({ servers, config });
  try {
    await stage.startAll(deciding);
    const next = seeded(seed);
    const kills = new Map<number, ServiceName>();
    for (const name of deciding) kills.set(Math.floor(seen.length * (0.1 + 0.8 * next())), name);
    const restarts: Promise<void>[] = [];
    for (const [i, { subject, event }] of seen.entries()) {
      await stage.bus.publish({ stream: 'telemetry', subject, event, once: false });
      await sleep(20);
      const name = kills.get(i);
      if (name)
        restarts.push(
          stage
            .of(name)
            .kill()
            .then(() => void stage.start(name)),
        );
    }
    await Promise.all(restarts);
    const decisions = async () => (await stage.decisions()).filter(isDecision);
    await until('as many decisions', async () => (await decisions()).length >= decided.length, {
      seconds: 60,
      every_ms: 500,
      tell: stage.story,
    });
    return await decisions();
  } finally {
    await stage.close();
  }
}

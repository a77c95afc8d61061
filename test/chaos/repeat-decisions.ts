import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '@evenkeel/bus';
import { type CloudEvent, recommendationDecided, runDecided } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { skewedCluster } from '../e2e/stage/cluster.ts';
import type { Servers } from '../e2e/stage/servers.ts';
import { names, openStage, type ServiceName, type Stage } from '../e2e/stage/stage.ts';
import { until } from '../e2e/stage/until.ts';
import { type Watched, watchInMemory } from './watch-in-memory.ts';

const watching = { automated_migrations: { dry_run: true, check_interval_minutes: 2 } };

type Recorded = Watched & { decided: CloudEvent[] };

/** What was seen in forty minutes of watching, and what was decided on it by services that nobody killed. */
export async function recordWatching(): Promise<Recorded> {
  const watched = await watchInMemory(skewedCluster, watching, 80);
  return { ...watched, decided: watched.decisions.filter(isDecision) };
}

const isDecision = ({ type }: CloudEvent): boolean =>
  type === typeOf(recommendationDecided) || type === typeOf(runDecided);

/** Decisions that differ in what they say, in their order, or in being there at all; empty where both are the same. */
export function differences(one: readonly CloudEvent[], other: readonly CloudEvent[]): string[] {
  const said = (event: CloudEvent | undefined) =>
    event ? JSON.stringify([event.id, event.type, event.time, event.data]) : 'nothing';
  return Array.from({ length: Math.max(one.length, other.length) }, (_, i) => [said(one[i]), said(other[i])] as const)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => `${a} became ${b}`);
}

/** Samples after which everybody is waited for: what is learned counts ten minutes after it was judged, and killed services take minutes of this clock. */
const together = 5;

async function caughtUp(stage: Stage, { decisions }: Recorded, until_time: string): Promise<void> {
  const told = (events: readonly CloudEvent[]) => events.filter(({ time }) => time <= until_time).length;
  await until(`all that was said until ${until_time}`, async () => told(await stage.decisions()) >= told(decisions), {
    seconds: 60,
    every_ms: 50,
    tell: stage.story,
  });
}

async function killAndStart(name: ServiceName, stage: Stage): Promise<void> {
  await stage.of(name).kill();
  stage.start(name);
}

/** The collector would see another cluster each time, so its samples are given; without approvals the executor has nothing to do. */
const deciding = names.filter((name) => name !== 'collector' && name !== 'executor');

/** What the same samples lead to where each service that decides is killed once meanwhile, at a moment of the seed. */
export async function decideUnderKills(recorded: Recorded, servers: Servers, seed: number): Promise<CloudEvent[]> {
  const { seen, decided, config } = recorded;
  const stage = await openStage({ servers, config });
  try {
    await stage.startAll(deciding);
    const next = seeded(seed);
    const kills = new Map<number, ServiceName[]>();
    for (const name of deciding) {
      const moment = Math.floor(seen.length * (0.1 + 0.8 * next()));
      kills.set(moment, [...(kills.get(moment) ?? []), name]);
    }
    const restarts: Promise<void>[] = [];
    for (const [i, { subject, event }] of seen.entries()) {
      await stage.bus.publish({ stream: 'telemetry', subject, event, once: false });
      await sleep(20);
      for (const name of kills.get(i) ?? []) restarts.push(killAndStart(name, stage));
      if (i % together === together - 1) await caughtUp(stage, recorded, event.time);
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

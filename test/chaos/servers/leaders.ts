import { setTimeout as sleep } from 'node:timers/promises';
import { inspectNats } from '@evenkeel/bus';
import type { StreamClass } from '@evenkeel/contracts';
import type { Member, NatsCluster } from '@evenkeel/servers';
import { until } from '../../e2e/stage/until.ts';

type Led = { by: string | null; lagging: string[] };

/** Who leads each stream that there is; nobody while that cannot be asked. */
async function ledStreams({ url }: NatsCluster): Promise<Map<string, Led>> {
  const look = await inspectNats({ servers: url, name: 'chaos', patience_ms: 1_000 }).catch(() => null);
  return new Map((look?.streams ?? []).flatMap(({ name, led }) => (led ? [[name, led] as const] : [])));
}

const isWhole = (led: Map<string, Led>): boolean =>
  led.size > 0 && [...led.values()].every(({ by, lagging }) => by !== null && lagging.length === 0);

/** Waits until every stream has its leader and all its copies; seconds that took. */
export async function untilWhole(cluster: NatsCluster, within_s = 90): Promise<number> {
  const began = performance.now();
  let last: Map<string, Led> = new Map();
  const look = async () => {
    last = await ledStreams(cluster);
    return isWhole(last);
  };
  await until('every copy of every stream', look, {
    seconds: within_s,
    every_ms: 500,
    tell: () => JSON.stringify([...last]),
  });
  return (performance.now() - began) / 1000;
}

/** SIGKILL of whoever leads a stream now; its name, and what starts it again. */
export async function killLeader(cluster: NatsCluster, stream: StreamClass): Promise<Member> {
  const leader = await until('a leader', async () => {
    const led = (await ledStreams(cluster)).get(`EVENKEEL_${stream.toUpperCase()}`);
    return cluster.members.find(({ name }) => name === led?.by);
  });
  await leader.kill();
  return leader;
}

/** Starts a server that was killed until all copies are whole; how often once more: one of 2.10 is not counted by the others at times, as in `startNatsCluster`. */
export async function startAgain(cluster: NatsCluster, { start, kill }: Member): Promise<number> {
  for (let more = 0; ; more++) {
    await start();
    const isWhole = await untilWhole(cluster, 45).then(
      () => true,
      (error: Error) => (more === 3 ? Promise.reject(error) : false),
    );
    if (isWhole) return more;
    await kill();
  }
}

/** Kills leaders one after the other, each time once all copies are whole again, or after half a minute: under load a copy may lag behind all the time. */
export async function killLeaders(
  cluster: NatsCluster,
  {
    kills,
    down_ms,
    gap_ms,
    streams,
  }: { kills: number; down_ms: number; gap_ms: number; streams: readonly StreamClass[] },
  onKill: (name: string) => void,
): Promise<number> {
  for (let n = 0; n < kills; n++) {
    await sleep(gap_ms);
    const killed = await killLeader(cluster, streams[n % streams.length] as StreamClass);
    onKill(killed.name);
    await sleep(down_ms);
    await killed.start();
    await untilWhole(cluster, 30).catch(() => {});
  }
  return kills;
}

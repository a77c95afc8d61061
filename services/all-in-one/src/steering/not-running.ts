import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@evenkeel/bus';
import type { StreamClass } from '@evenkeel/contracts';
import { durableOf, subjectsOf } from '@evenkeel/runtime';
import { services } from '../services.ts';

/** A service of which nobody takes what is there for it. */
export type NotRunning = { service: string; streams: StreamClass[] };

type Looks = { times: number; pause_ms: number };
/** A pull ends and the next begins: only who is seen without one again and again does not run. */
const usual: Looks = { times: 3, pause_ms: 300 };

/** Whether nothing runs at all, which may be meant. */
export const noneRuns = (idle: readonly NotRunning[]): boolean =>
  idle.length === services.filter(({ handlers }) => handlers.size > 0).length;

/** Services of a cluster of which no process waits for work; what cannot be looked at is not accused. */
export async function notRunning(
  bus: Pick<Bus, 'takers'>,
  cluster: string,
  { times, pause_ms }: Looks = usual,
): Promise<NotRunning[]> {
  let idle = services.flatMap((service) =>
    [...subjectsOf(service, cluster).keys()].map((stream) => ({ service: service.name, stream })),
  );
  for (let look = 1; ; look++) {
    const takers = await Promise.all(
      idle.map(({ service, stream }) => bus.takers({ stream, durable: durableOf(service, cluster) }).catch(() => 1)),
    );
    idle = idle.filter((_, i) => !takers[i]);
    if (idle.length === 0 || look === times) break;
    await sleep(pause_ms);
  }
  const byService = Map.groupBy(idle, ({ service }) => service);
  return [...byService].map(([service, all]) => ({ service, streams: all.map(({ stream }) => stream) }));
}

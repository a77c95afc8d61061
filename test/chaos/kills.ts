import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '@evenkeel/bus';
import { names, type ServiceName, type Stage } from '../e2e/stage/stage.ts';

/** A service dies some milliseconds after the next event of this name, and is started again after some more. */
export type Kill = { service: ServiceName; after: string; delay_ms: number; down_ms: number };

const moments = [
  'cluster.sampled',
  'cluster.scored',
  'recommendations.generated',
  'migration.approved',
  'migration.started',
  'migration.progressed',
  'migration.completed',
];

/** Every service so many times, in an order and at moments that the seed gives. */
export function planKills(seed: number, each: number): Kill[] {
  const next = seeded(seed);
  const pick = (below: number) => Math.floor(next() * below);
  const order = Array.from({ length: each }, () => names).flat();
  for (let i = order.length - 1; i > 0; i--) {
    const j = pick(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.map((service) => ({
    service,
    after: moments[pick(moments.length)]!,
    delay_ms: pick(400),
    down_ms: pick(1_000),
  }));
}

const patience_ms = 4_000;

/** Carries kills out; a moment that does not come within four seconds is taken as having come. */
export async function carryOut(kills: readonly Kill[], stage: Stage): Promise<void> {
  const over = new AbortController();
  const waiting = new Set<(name: string) => void>();
  const listen = async (stream: 'telemetry' | 'decisions') => {
    for await (const { event } of stage.bus.follow(stream, [`evenkeel.v1.${stream}.>`], 'new', over.signal))
      for (const hear of waiting) hear(event.type.split('.').slice(2, -1).join('.'));
  };
  const listening = Promise.all([listen('telemetry'), listen('decisions')]);
  const moment = (name: string) =>
    new Promise<void>((resolve) => {
      const hear = (heard: string) => heard === name && done();
      const done = () => {
        waiting.delete(hear);
        resolve();
      };
      waiting.add(hear);
      setTimeout(done, patience_ms);
    });
  const restarts: Promise<void>[] = [];
  for (const { service, after, delay_ms, down_ms } of kills) {
    await moment(after);
    await sleep(delay_ms);
    await stage.of(service).kill();
    restarts.push(sleep(down_ms).then(() => void stage.start(service)));
  }
  await Promise.all(restarts);
  over.abort();
  await listening;
}

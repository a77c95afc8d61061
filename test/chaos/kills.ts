import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '@evenkeel/bus';
import { nameOfType } from '@evenkeel/runtime';
import { hasStarted, names, type ServiceName, type Stage } from '../e2e/stage/stage.ts';

/** A service dies some milliseconds after the next event of this name, and is started again after some more. */
export type Kill = {
  service: ServiceName;
  after: string;
  delay_ms: number;
  down_ms: number;
  /** Not while it is still starting. */
  only_up: boolean;
};

/** Those while guests are on the move, and those after each turn of the clock, while outcomes are judged. */
export type Kills = { moving: Kill[]; judging: Kill[][] };

/** Seconds that the clock is turned by, once per horizon at which an outcome is due. */
export const turns = [
  { horizon: '5m', skip_s: 400 },
  { horizon: '1h', skip_s: 3_600 },
  { horizon: '24h', skip_s: 90_000 },
] as const;

const moments = [
  'cluster.sampled',
  'cluster.scored',
  'recommendations.generated',
  'recommendation.decided',
  'run.decided',
  'migration.approved',
  'migration.started',
  'migration.progressed',
  'migration.completed',
  'outcome.recorded',
];

/** Whoever judges, mostly; whoever brings the samples, now and then. */
const judges: readonly ServiceName[] = ['outcome-tracker', 'outcome-tracker', 'outcome-tracker', 'collector'];

type Draw = (below: number) => number;

/** Every service so many times while guests move and two or three times whoever judges after each turn, at moments that the seed gives. */
export function planKills(seed: number, each: number): Kills {
  const next = seeded(seed);
  const pick: Draw = (below) => Math.floor(next() * below);
  return { moving: whileMoving(each, pick), judging: turns.map(() => whileJudging(pick)) };
}

function whileMoving(each: number, pick: Draw): Kill[] {
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
    only_up: false,
  }));
}

/** Close behind a sample or an outcome: judging takes some ten milliseconds. */
const whileJudging = (pick: Draw): Kill[] =>
  Array.from({ length: 2 + pick(2) }, () => ({
    service: judges[pick(judges.length)]!,
    after: pick(2) === 0 ? 'cluster.sampled' : 'outcome.recorded',
    delay_ms: pick(50),
    down_ms: pick(300),
    only_up: true,
  }));

const patience_ms = 4_000;

/** Carries kills out one after the other; a moment that does not come within four seconds is taken as having come. */
export async function carryOut(kills: readonly Kill[], stage: Stage): Promise<void> {
  const over = new AbortController();
  const { moment, listening } = listen(stage, over.signal);
  const restarts = new Map<ServiceName, Promise<void>>();
  for (const { service, after, delay_ms, down_ms, only_up } of kills) {
    await restarts.get(service);
    if (only_up) await hasStarted(stage.of(service));
    await moment(after);
    await sleep(delay_ms);
    await stage.of(service).kill();
    restarts.set(
      service,
      sleep(down_ms).then(() => void stage.start(service)),
    );
  }
  await Promise.all(restarts.values());
  over.abort();
  await listening;
}

/** What tells when the next event of a name comes by, or that it did not come within four seconds. */
export function listen({ bus }: Pick<Stage, 'bus'>, over: AbortSignal) {
  const waiting = new Set<(name: string) => void>();
  const follow = async (stream: 'telemetry' | 'decisions') => {
    for await (const { event } of bus.follow(stream, [`evenkeel.v1.${stream}.>`], 'new', over))
      for (const hear of waiting) hear(nameOfType(event.type));
  };
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
  return { moment, listening: Promise.all([follow('telemetry'), follow('decisions')]) };
}

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMemoryBus, type MemoryBus } from '@evenkeel/bus';
import { collector } from '@evenkeel/collector';
import { createExecutor } from '@evenkeel/executor';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import { openConfigSource } from '@evenkeel/runtime';
import { scorer } from '@evenkeel/scorer';
import { createSimulator, type Simulator, type Truth } from '@evenkeel/simulator';
import { drawFrom } from '../one-process/draw.ts';
import { createHindrance } from '../one-process/hinder.ts';
import { createLossyStore } from '../one-process/lossy-store.ts';
import { cluster, type Ground, type Part, patience, type Sent, startReplica, token } from '../one-process/replica.ts';
import type { Still } from '../one-process/steer.ts';
import type { Trouble } from '../one-process/trial.ts';
import { createTurns, type OnPoint, withTimers } from '../one-process/turns.ts';
import { arrangeDay, ask, type Strike, type Surroundings } from './arrange-day.ts';
import { type DayTrouble, drawDay } from './draw-day.ts';
import type { Point } from './growth-between.ts';
import { createAgain } from './say-again.ts';
import { type Size, soakCluster, soakConfig } from './soak-cluster.ts';
import { permitted, watchStill } from './watch-still.ts';
import { createWitness, type Heard } from './witness.ts';

export type SoakOptions = {
  seed: number;
  size: Size;
  /** Of the cluster's time, in which things go wrong; after them it is left alone until all is over and judged. */
  hours: number;
  /** Hours of calm before and after them, in which the process comes to weigh what it weighs. */
  calm_hours: number;
  troubles_per_hour: number;
  sample_interval_seconds: number;
};

/** All that a day left behind. */
export type Soaked = {
  options: SoakOptions;
  troubles: DayTrouble[];
  heard: Heard;
  truth: Truth;
  sent: Sent[];
  still: Still[];
  /** What the ledger holds of migrations at the end. */
  held: string[];
  letters: { id: string; reason: string }[];
  /** Ids of what must be laid aside. */
  poisons: string[];
  /** Lines and events that told a secret. */
  leaked: string[];
  /** Processes killed or stopped at a call. */
  struck: number;
  /** Guests that HA has. */
  services: number[];
  rss: Point[];
  heap: Point[];
};

/** So old are the decisions that the bus, which is in this process, still holds: less than on a server, where they are no memory of Evenkeel's, and longer than anything here looks back. */
const kept_ms = 6 * 3_600_000;
/** Longer than what is under way takes, and than it takes to judge it after an hour. */
const quiet_s = 85 * 60;
const executor_every_ms = 60_000;
const weighed_every_ms = 600_000;

/** Plays a day of everything, every service in a process of its own, on a clock of its own; tells every hour how it is. */
export async function playSoak(options: SoakOptions, tell: (line: string) => void = () => {}): Promise<Soaked> {
  const { seed, size, hours, calm_hours, sample_interval_seconds } = options;
  const simulator = createSimulator(soakCluster(size, seed));
  const begin = simulator.now();
  const played_s = (hours + 2 * calm_hours) * 3600;
  const end = begin + played_s * 1000;
  const configOf = (max_concurrent_migrations?: number) =>
    soakConfig(sample_interval_seconds, {
      dry_run: simulator.now() >= end,
      ...(max_concurrent_migrations ? { rules: { max_concurrent_migrations } } : {}),
    });
  const day = await openDay(simulator, options, configOf);
  const { ground, again, heard, still, leaked, tally } = day;
  const troubles = drawDay(seed, { hours, per_hour: options.troubles_per_hour, size });
  ground.turns.alarm(calm_hours * 3_600_000, () => arrangeDay(troubles, { ...day, configOf }));
  ground.turns.alarm(played_s * 1000, () => {
    void ask(ground.bus, { do: 'resume' }, simulator.now());
    void ground.configs.change(configOf());
    still.push({ from: simulator.now() + permitted, to: Number.POSITIVE_INFINITY });
  });
  const weighed = weighOn(ground, begin, (hour, mib) =>
    tell(`hour ${hour}: ${simulator.inspect().moves.length} moves, ${tally.strikes} strikes; ${mib}`),
  );
  await withTimers(ground.turns, () => ground.turns.run(async () => false, end + quiet_s * 1000));
  day.killAll();
  const held = await Promise.all(['claim', 'migration'].map((kind) => ground.bus.ledger.list(`${cluster}.${kind}`)));
  const letters = await Array.fromAsync(ground.bus.letters(), ({ headers, reason }) => {
    return { id: headers['ce-id'] ?? '', reason };
  });
  return {
    options,
    troubles,
    heard,
    truth: simulator.inspect(),
    sent: ground.sent,
    still,
    held: held.flat().map(({ key }) => key),
    letters,
    poisons: again.poisons,
    leaked,
    struck: tally.strikes,
    services: servicesOf(simulator),
    ...weighed,
  };
}

type Day = Omit<Surroundings, 'configOf'> & {
  heard: Heard;
  still: Still[];
  leaked: string[];
  tally: { strikes: number };
  killAll: () => void;
};

/** Opens what all processes share, and starts them. */
async function openDay(
  simulator: Simulator,
  { seed, sample_interval_seconds }: SoakOptions,
  configOf: Surroundings['configOf'],
): Promise<Day> {
  const begin = simulator.now();
  const replicas = new Map<string, ReturnType<typeof startReplica>>();
  const armed = new Map<string, Strike>();
  const tally = { strikes: 0 };
  const onPoint: OnPoint = (life) => {
    const trouble = armed.get(life.name);
    if (!trouble || --trouble.nth > 0) return;
    armed.delete(life.name);
    tally.strikes++;
    if (trouble.how === 'stop') return turns.stop(life, trouble.for_s * 1000);
    replicas.get(life.name)?.kill();
    turns.alarm(trouble.for_s * 1000, () => startOne(life.name));
  };
  const turns = createTurns(seed, simulator, onPoint);
  const memory = createMemoryBus({
    wait: (ms) => turns.sleep(ms),
    encode: true,
    max_payload: 64 * 2 ** 20,
    now: simulator.now,
    limits: { telemetry: { per_subject: 2 }, decisions: { max_age_ms: kept_ms, per_subject: 100 } },
  });
  const still: Still[] = [];
  const leaked: string[] = [];
  const overhear = (text: string): void => {
    if (text.includes(token.secret)) leaked.push(text.slice(0, 500));
  };
  const bus: MemoryBus = { ...memory, ledger: watchStill(memory.ledger, simulator.now, still) };
  const active: Trouble[] = [];
  const mumbling = { percent: 0 };
  const draw = drawFrom(seed + 1);
  const ground: Ground = {
    simulator,
    turns,
    bus,
    store: createLossyStore(simulator.now),
    configs: await openConfigSource(bus.ledger, configOf(), simulator.now),
    hindrance: {
      ...createHindrance({ seed, troubles: active }, () => (simulator.now() - begin) / 1000, []),
      publish: () => (draw.below(100) >= mumbling.percent ? null : draw.one(['refused', 'unanswered'] as const)),
    },
    sent: [],
    off: new Map(),
    errors: [],
    overhear,
  };
  const { heard, expectEcho } = await createWitness(memory, overhear);
  const parts = partsOf(simulator.now, sample_interval_seconds);
  let instances = 0;
  const startOne = (name: string): void =>
    void replicas.set(name, startReplica(name, ++instances, ground, parts.get(name)));
  for (const name of parts.keys()) startOne(name);
  const killAll = (): void => replicas.forEach(({ kill }) => void kill());
  return {
    ground,
    again: createAgain(memory, expectEcho),
    active,
    armed,
    mumbling,
    heard,
    still,
    leaked,
    tally,
    killAll,
  };
}

/** Every ten minutes notes what the process weighs once it has given back all that it does not need; tells every hour. */
function weighOn({ simulator, turns }: Ground, begin: number, tell: (hour: string, mib: string) => void) {
  const [rss, heap]: [Point[], Point[]] = [[], []];
  setFlagsFromString('--expose-gc');
  const tidyUp = runInNewContext('gc') as (how: object) => void;
  const weigh = (): void => {
    tidyUp({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    const { rss: resident, heapUsed } = process.memoryUsage();
    const hour = (simulator.now() - begin) / 3_600_000;
    rss.push({ hour, mib: resident / 2 ** 20 });
    heap.push({ hour, mib: heapUsed / 2 ** 20 });
    turns.alarm(weighed_every_ms, weigh);
    if (rss.length % 6 !== 0) return;
    tell(hour.toFixed(0), `RSS ${Math.round(resident / 2 ** 20)} MiB, heap ${Math.round(heapUsed / 2 ** 20)} MiB`);
  };
  turns.alarm(weighed_every_ms, weigh);
  return { rss, heap };
}

/** As Proxmox lists them. */
function servicesOf({ handle }: Simulator): number[] {
  const authorization = `PVEAPIToken=${token.id}=${token.secret}`;
  const answer = handle({ method: 'GET', path: '/api2/json/cluster/ha/resources', query: {}, form: {}, authorization });
  const { data } = JSON.parse(answer.body) as { data: { sid: string }[] };
  return data.map(({ sid }) => Number(sid.split(':')[1]));
}

function partsOf(monotonic: () => number, sample_interval_seconds: number): Map<string, Part> {
  const executor = (): Part => ({ service: createExecutor({ patience, monotonic }), every_ms: executor_every_ms });
  const deciding = [profiler, scorer, recommender, filterPipeline, outcomeTracker];
  return new Map([
    ['collector', { service: collector, every_ms: sample_interval_seconds * 1000 }],
    ...deciding.map((service): [string, Part] => [service.name, { service, every_ms: 3_600_000 }]),
    ['replica0', executor()],
    ['replica1', executor()],
  ]);
}

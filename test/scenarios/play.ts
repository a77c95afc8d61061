import { createMemoryBus, type Faults, type MemoryBus, withFaults } from '@evenkeel/bus';
import { collector } from '@evenkeel/collector';
import type { CloudEvent, Config } from '@evenkeel/contracts';
import { createExecutor } from '@evenkeel/executor';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import {
  type ConfigSource,
  createMayWrite,
  createMetrics,
  openConfigSource,
  plainTracing,
  type Service,
  type Started,
  start,
} from '@evenkeel/runtime';
import { scorer } from '@evenkeel/scorer';
import type { Simulator } from '@evenkeel/simulator';
import type { Store } from '@evenkeel/store';
import { giveAnswer, requestChange } from './ask-for.ts';
import { createForgetfulStore, type ForgetfulStore } from './forgetful-store.ts';
import type { Change, Given } from './given.ts';
import { connect, moveByHand, storyCluster } from './story-cluster.ts';
import { storyConfig } from './story-config.ts';

/** All that a story left behind. */
export type Played = {
  /** The decisions, in the order in which they were made known. */
  events: CloudEvent[];
  simulator: Simulator;
  bus: MemoryBus;
  store: Store;
  /** Lines at error level; a good story has none. */
  errors: string[];
  /** The last configuration in force. */
  config: Config;
  configs: ConfigSource;
};

type Stage = {
  simulator: Simulator;
  bus: MemoryBus;
  store: ForgetfulStore;
  started: Started;
  configs: ConfigSource;
};

/** What another version, side by side with this one, makes of what is handed on and kept. */
export type Skew = {
  event: (type: string, data: unknown) => unknown;
  record: (name: string, value: unknown) => unknown;
  entry: (value: unknown) => unknown;
};

const look_seconds = 5;

/** Plays a story: every service in this process, on a clock that is turned by hand. */
export async function play(given: Given, faults?: Faults, skew?: Skew): Promise<Played> {
  const simulator = storyCluster(given.cluster);
  const memory = createMemoryBus({
    wait: () => new Promise((resolve) => setImmediate(resolve)),
    encode: true,
    limits: { telemetry: { per_subject: 2_000 }, decisions: { total: 100_000, per_subject: 100 } },
  });
  const plain = faults ? withFaults(memory, faults) : memory;
  const bus = skew ? skewBus(plain, skew) : plain;
  const configs = await openConfigSource(bus.ledger, storyConfig(simulator.name, given.config));
  const errors: string[] = [];
  const bare = createForgetfulStore();
  const store = skew ? skewStore(bare, skew) : bare;
  const started = await startAll(simulator, { bus, store, configs, errors });
  await watch({ simulator, bus, store, started, configs }, given);
  await started.stop();
  const events = await Array.fromAsync(memory.read('decisions', ['evenkeel.v1.decisions.>']), ({ event }) => event);
  return { events, simulator, bus, store, errors, config: configs.current().config, configs };
}

function skewBus(bus: MemoryBus, { event, entry }: Skew): MemoryBus {
  const { ledger } = bus;
  return {
    ...bus,
    publish: (outgoing) => {
      const { event: cloud } = outgoing;
      return bus.publish({
        ...outgoing,
        event: { ...cloud, data: event(cloud.type, cloud.data) as CloudEvent['data'] },
      });
    },
    ledger: {
      ...ledger,
      create: (key, value) => ledger.create(key, entry(value)),
      update: (key, value, revision) => ledger.update(key, entry(value), revision),
    },
  };
}

function skewStore(store: ForgetfulStore, { record }: Skew): ForgetfulStore {
  return {
    ...store,
    get: async (cluster, name, part) => record(name, await store.get(cluster, name, part)),
    all: async (cluster, name) => {
      const parts = Object.entries(await store.all(cluster, name));
      return Object.fromEntries(parts.map(([part, value]) => [part, record(name, value)]));
    },
  };
}

async function watch(stage: Stage, given: Given): Promise<void> {
  const { simulator, bus, started, configs } = stage;
  const begin = simulator.now();
  const changes = (given.changes ?? []).toSorted((a, b) => a.minute - b.minute);
  let sampled = Number.NEGATIVE_INFINITY;
  while (simulator.now() < begin + given.minutes * 60_000) {
    const now = simulator.now();
    while (changes[0] && now >= begin + changes[0].minute * 60_000) await apply(changes.shift()!, stage, given);
    if (now - sampled >= configs.current().config.collection.sample_interval_seconds * 1000) {
      await insist(() => started.tick('collector'));
      sampled = now;
      await bus.settled();
    }
    await insist(() => started.tick('executor'));
    await bus.settled();
    simulator.advance(now + look_seconds * 1000);
  }
}

async function apply({ config, fault, move, ...asked }: Change, stage: Stage, given: Given): Promise<void> {
  const { simulator, configs, store, bus } = stage;
  if (fault) simulator.faults.add(fault);
  if (move) moveByHand(simulator, move.vmid, move.to);
  if (config) await configs.change(storyConfig(simulator.name, given.config, config));
  if (asked.flush) store.loseAll();
  const at = new Date(simulator.now()).toISOString();
  if (asked.command) await insist(() => requestChange(bus, simulator.name, asked.command!, at));
  if (asked.answer) await insist(() => giveAnswer(bus, simulator.name, asked.answer!, at));
  await bus.settled();
}

/** A timer that a fault met simply runs again. */
async function insist(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}

async function startAll(
  simulator: Simulator,
  { errors, ...on }: { bus: MemoryBus; store: Store; configs: ConfigSource; errors: string[] },
): Promise<Started> {
  const monotonic = () => simulator.now();
  const services: readonly Service[] = [
    collector,
    profiler,
    scorer,
    recommender,
    filterPipeline,
    createExecutor({ patience: { post_timeout_ms: 30_000, grace_ms: 5_000 }, monotonic }),
    outcomeTracker,
  ];
  let ids = 0;
  return start(services, {
    ...on,
    clusters: [simulator.name],
    proxmox: (cluster, right) =>
      connect(
        simulator,
        right,
        createMayWrite({
          cluster,
          ledger: on.bus.ledger,
          config: () => on.configs.current().config,
          killSwitch: () => null,
        }),
      ),
    metrics: createMetrics('story', { process: false }),
    tracing: plainTracing((bytes) => (++ids).toString(16).padStart(bytes * 2, '0')),
    log: {
      debug() {},
      info() {},
      warn() {},
      error: (fields, message) => errors.push(`${message} ${JSON.stringify(fields, tellErrors)}`),
    },
    machine_now: monotonic,
    instance: 'story',
    timers: 'manual',
  });
}

const tellErrors = (_key: string, value: unknown): unknown => (value instanceof Error ? value.stack : value);

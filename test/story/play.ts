import { tell } from '@evenkeel/all-in-one/tell';
import { createMemoryBus, type Faults, type MemoryBus, withFaults } from '@evenkeel/bus';
import { collector } from '@evenkeel/collector';
import { type CloudEvent, Config, type ConfigInput, recommended } from '@evenkeel/contracts';
import { createExecutor } from '@evenkeel/executor';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { createProxmox, directTransport, type Proxmox } from '@evenkeel/proxmox';
import { recommender } from '@evenkeel/recommender';
import { createMetrics, openConfigSource, plainTracing, type Service, type Started, start } from '@evenkeel/runtime';
import { scorer } from '@evenkeel/scorer';
import {
  createSimulator,
  type Description,
  type DescriptionInput,
  describeCluster,
  type Simulator,
} from '@evenkeel/simulator';
import { createMemoryStore, type Store } from '@evenkeel/store';

export type Given = {
  cluster: DescriptionInput;
  /** Over the preset `recommended`. */
  config?: ConfigInput;
  /** How long it is watched, minutes of the cluster. */
  minutes: number;
};

export type Played = {
  events: CloudEvent[];
  /** What a reader is told. */
  lines: string[];
  simulator: Simulator;
  bus: MemoryBus;
  store: Store;
  /** Lines at error level; a good story has none. */
  errors: string[];
};

const look_seconds = 5;

/** Plays a story: every service in this process on a clock that is turned by hand. */
export async function play(given: Given, faults?: Faults): Promise<Played> {
  const simulator = createSimulator(describeCluster(given.cluster));
  const memory = createMemoryBus({
    wait: () => new Promise((resolve) => setImmediate(resolve)),
    encode: true,
    limits: { telemetry: { per_subject: 2_000 } },
  });
  const bus = faults ? withFaults(memory, faults) : memory;
  const store = createMemoryStore({ encode: true });
  const errors: string[] = [];
  const started = await startOn(simulator, given, bus, store, errors);
  const end = simulator.now() + given.minutes * 60_000;
  const config = configOf(given, simulator.description);
  const every = config.collection.sample_interval_seconds * 1000;
  for (
    let sampled = Number.NEGATIVE_INFINITY;
    simulator.now() < end;
    simulator.advance(simulator.now() + look_seconds * 1000)
  ) {
    if (simulator.now() - sampled >= every) {
      await insist(() => started.tick('collector'));
      sampled = simulator.now();
      await bus.settled();
    }
    await insist(() => started.tick('executor'));
    await bus.settled();
  }
  await started.stop();
  const events = await Array.fromAsync(memory.read('decisions', ['evenkeel.v1.decisions.>']), ({ event }) => event);
  const lines = events.flatMap(tell).map(({ time, word, text }) => `${time.slice(11, 19)} ${word}: ${text}`);
  return { events, lines, simulator, bus, store, errors };
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

function configOf(given: Given, description: Description): Config {
  return Config.parse({
    ...recommended,
    ...given.config,
    clusters: [{ name: description.name, hosts: ['simulator'] }],
  });
}

async function startOn(
  simulator: Simulator,
  given: Given,
  bus: MemoryBus,
  store: Store,
  errors: string[],
): Promise<Started> {
  const config = configOf(given, simulator.description);
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
    bus,
    store,
    configs: await openConfigSource(bus.ledger, config),
    clusters: [simulator.description.name],
    proxmox: (_cluster, right) => connect(simulator, right),
    metrics: createMetrics('story', { process: false }),
    tracing: plainTracing((bytes) => (++ids).toString(16).padStart(bytes * 2, '0')),
    log: {
      debug() {},
      info() {},
      warn() {},
      error: (fields, message) =>
        errors.push(`${message} ${JSON.stringify(fields, (_k, v) => (v instanceof Error ? v.stack : v))}`),
    },
    machine_now: monotonic,
    instance: 'story',
    timers: 'manual',
  });
}

function connect(simulator: Simulator, right: 'read' | 'write'): Proxmox {
  const { id, secret } = simulator.description.tokens[0]!;
  const now = () => simulator.now();
  return createProxmox({
    transport: directTransport((request) => ({ ...simulator.handle(request), delay_ms: 0 }), { sleep: async () => {} }),
    token: `${id}=${secret}`,
    readOnly: right === 'read',
    machine: { now, monotonic: now, sleep: async () => {} },
  });
}

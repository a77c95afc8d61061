import { createMemoryBus, type Letter, type MemoryBus } from '@evenkeel/bus';
import { collector } from '@evenkeel/collector';
import { createExecutor } from '@evenkeel/executor';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import {
  createMayWrite,
  createMetrics,
  openConfigSource,
  plainTracing,
  type Service,
  type Started,
  start,
} from '@evenkeel/runtime';
import { scorer } from '@evenkeel/scorer';
import type { DescriptionInput, Simulator } from '@evenkeel/simulator';
import { createMemoryStore, type Store } from '@evenkeel/store';
import { connect, storyCluster } from '../../scenarios/story-cluster.ts';
import { storyConfig } from '../../scenarios/story-config.ts';

/** Something that changes the cluster was asked for: where the guest was then, and when. */
export type Post = { at: number; path: string; target: string | undefined; nodes: Map<number, string> };

/** Every service in this process, before a simulated cluster, and what they laid aside and asked for. */
export type Stage = {
  simulator: Simulator;
  bus: MemoryBus;
  store: Store;
  started: Started;
  services: readonly Service[];
  revision: string;
  letters: Letter[];
  posts: Post[];
  /** How often something was tried again since it was set to nought. */
  retries: { count: number };
};

export async function openStage(cluster: DescriptionInput): Promise<Stage> {
  const simulator = storyCluster(cluster);
  const monotonic = simulator.now;
  const retries = { count: 0 };
  const letters: Letter[] = [];
  const posts: Post[] = [];
  const memory = createMemoryBus({
    wait: () => {
      retries.count++;
      return new Promise((resolve) => setImmediate(resolve));
    },
    encode: true,
    limits: { telemetry: { per_subject: 4 }, decisions: { total: 200 }, commands: { total: 50 } },
  });
  const bus: MemoryBus = { ...memory, bury: async (letter) => void letters.push(letter) };
  const configs = await openConfigSource(bus.ledger, storyConfig(simulator.name, {}), simulator.now);
  const watched: Simulator = {
    ...simulator,
    handle: (request) => {
      if (request.method !== 'GET') posts.push(postOf(simulator, request.path, request.form?.target));
      return simulator.handle(request);
    },
  };
  const services: readonly Service[] = [
    collector,
    profiler,
    scorer,
    recommender,
    filterPipeline,
    createExecutor({ patience: { post_timeout_ms: 30_000, grace_ms: 5_000 }, monotonic }),
    outcomeTracker,
  ];
  const store = createMemoryStore({ encode: true });
  const started = await start(services, {
    bus,
    store,
    configs,
    clusters: [simulator.name],
    proxmox: (name, right) => {
      const config = () => configs.current().config;
      return connect(
        watched,
        right,
        createMayWrite({ cluster: name, ledger: bus.ledger, config, killSwitch: () => null }),
      );
    },
    metrics: createMetrics('fuzz', { process: false }),
    tracing: plainTracing((bytes) => 'f0'.repeat(bytes)),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    machine_now: monotonic,
    instance: 'fuzz',
    timers: 'manual',
  });
  const { revision } = configs.current();
  return { simulator, bus, store, started, services, revision, letters, posts, retries };
}

function postOf(simulator: Simulator, path: string, target: string | undefined): Post {
  const nodes = new Map(simulator.inspect().guests.map(({ vmid, node }) => [vmid, node]));
  return { at: simulator.now(), path, target, nodes };
}

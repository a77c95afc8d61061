import { createMemoryBus, type StoredEvent } from '@evenkeel/bus';
import { collector } from '@evenkeel/collector';
import { type CloudEvent, Config, type ConfigInput, recommended } from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import { openConfigSource, start } from '@evenkeel/runtime';
import { plainSurroundings } from '@evenkeel/runtime/test';
import { scorer } from '@evenkeel/scorer';
import type { DescriptionInput } from '@evenkeel/simulator';
import { createMemoryStore } from '@evenkeel/store';
import { connect, storyCluster } from '../scenarios/story-cluster.ts';

export type Watched = { seen: StoredEvent[]; decisions: CloudEvent[]; config: Config };

/** Watches a simulated cluster without an executor, in this process and on a clock that is turned by hand; keeps what was seen and decided. */
export async function watchInMemory(cluster: DescriptionInput, over: ConfigInput, samples: number): Promise<Watched> {
  const { tokens: _, ...description } = cluster;
  const simulator = storyCluster(description);
  const config = Config.parse({ ...recommended, ...over, clusters: [{ name: simulator.name, hosts: ['simulator'] }] });
  const limits = { telemetry: { total: 10_000, per_subject: 10_000 } };
  const bus = createMemoryBus({ encode: true, limits });
  const configs = await openConfigSource(bus.ledger, config);
  const started = await start(
    [collector, profiler, scorer, recommender, filterPipeline, outcomeTracker],
    plainSurroundings({
      bus,
      store: createMemoryStore({ encode: true }),
      configs,
      clusters: [simulator.name],
      proxmox: (_cluster, right) => connect(simulator, right),
      log: { debug() {}, info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
      machine_now: simulator.now,
    }),
  );
  for (let i = 0; i < samples; i++) {
    await started.tick('collector');
    await bus.settled();
    simulator.advance(simulator.now() + config.collection.sample_interval_seconds * 1000);
  }
  await started.stop();
  const telemetry = await Array.fromAsync(bus.read('telemetry', ['evenkeel.v1.telemetry.>']));
  const seen = telemetry.filter(({ event }) => event.source === 'urn:evenkeel:collector');
  const decisions = await Array.fromAsync(bus.read('decisions', ['evenkeel.v1.decisions.>']), ({ event }) => event);
  return { seen, decisions, config };
}

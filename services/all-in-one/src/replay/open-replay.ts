import { createMemoryBus, type MemoryBus } from '@evenkeel/bus';
import { type AnyEvent, type Config, events, filterOf, invariantBroken, type Said } from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import {
  type ConfigSource,
  createMetrics,
  envelope,
  openConfigSource,
  plainTracing,
  type Service,
  start,
} from '@evenkeel/runtime';
import { scorer } from '@evenkeel/scorer';
import { createMemoryStore } from '@evenkeel/store';

/** The services that decide, on memory adapters: whoever opens them is their collector and their executor. */
export type Replay = {
  bus: MemoryBus;
  configs: ConfigSource;
  /** Says an event under a configuration, and waits until everything that follows from it was said. */
  say: (said: Said, revision: string) => Promise<void>;
  /** What was said since the last time somebody asked, of the events listened for; in order. */
  heard: () => { name: string; data: unknown }[];
  close: () => Promise<void>;
};

/** Whoever replays moves guests when it likes: what that breaks of the executor's promises must not pause anything here. */
const unpaused: Service = {
  ...filterPipeline,
  handlers: new Map([...filterPipeline.handlers].filter(([event]) => event !== invariantBroken)),
};
const services: readonly Service[] = [profiler, scorer, recommender, unpaused, outcomeTracker];
const trace = '00-11111111111111111111111111111111-1111111111111111-01';
const silent = {
  debug() {},
  info() {},
  warn() {},
  error: (fields: object, message: string) => console.error(message, fields),
};

export async function openReplay(cluster: string, config: Config, listenFor: readonly AnyEvent[]): Promise<Replay> {
  const bus = createMemoryBus({ wait: async () => {}, max_payload: Number.POSITIVE_INFINITY });
  const configs = await openConfigSource(bus.ledger, config);
  const started = await start(services, {
    bus,
    store: createMemoryStore(),
    configs,
    clusters: [cluster],
    proxmox: () => {
      throw new Error('a replay has no Proxmox');
    },
    metrics: createMetrics('replay', { process: false }),
    tracing: plainTracing((bytes) => '1'.repeat(bytes * 2)),
    log: silent,
    machine_now: () => 0,
    instance: cluster,
    timers: 'manual',
  });
  const heard: { name: string; data: unknown }[] = [];
  for (const event of listenFor)
    await bus.consume(
      { stream: event.stream, durable: `replay-${event.name}`, subjects: [filterOf(event, cluster)] },
      async (delivery) => {
        if ('event' in delivery) heard.push({ name: event.name, data: event.data.parse(delivery.event.data) });
        await delivery.ack();
      },
    );
  return {
    bus,
    configs,
    heard: () => heard.splice(0),
    say: async (said, revision) => {
      const event = (events as readonly AnyEvent[]).find((e) => e.name === said.name)!;
      await bus.publish(envelope(event, said, { service: 'replay', cluster, trace, config_revision: revision }));
      await bus.settled();
    },
    close: () => started.stop(),
  };
}

import {
  type Automation,
  Config,
  type ConfigInput,
  clusterSampled,
  type DataOf,
  historyBackfilled,
  type Said,
} from '@evenkeel/contracts';

import { collector } from '../service.ts';
import { type Cluster, clientOf } from './cluster.ts';

type Kept = {
  get: (part?: string) => Promise<unknown>;
  all: () => Promise<Record<string, unknown>>;
  set: (value: unknown, part?: string) => void;
  remove: (part?: string) => void;
};

/** What the collector keeps, as a store would: through JSON. */
function keep(): Kept {
  const parts = new Map<string, string>();
  const read = (part: string): unknown => JSON.parse(parts.get(part) ?? 'null') ?? undefined;
  return {
    get: async (part = 'all') => read(part),
    all: async () => Object.fromEntries([...parts.keys()].map((part) => [part, read(part)])),
    set: (value, part = 'all') => void parts.set(part, JSON.stringify(value)),
    remove: (part = 'all') => void parts.delete(part),
  };
}

export type Tick = {
  sample: DataOf<typeof clusterSampled>;
  past: DataOf<typeof historyBackfilled>[];
  asked: string[];
};

/** A collector that looks at a cluster each time that it is told to; every event is held against its contract. */
export function watch(cluster: Cluster, input: ConfigInput = {}, automation?: Automation): () => Promise<Tick> {
  const config = Config.parse(input);
  const state = { collectorProgress: keep(), guestCounters: keep(), guestFacts: keep() };
  const proxmox = clientOf(cluster);
  const ledger = { get: async (key: string) => automation && { key, value: automation, revision: 1 } };
  return async () => {
    cluster.asked.length = 0;
    const context = {
      cluster: 'lab',
      now: cluster.now_s * 1000,
      config,
      config_revision: '0123456789abcdef',
      state,
      proxmox,
      ledger,
    };
    const said: readonly Said[] = await collector.timers[0]!.handle(context as never);
    const of = (name: string) => said.filter((event) => event.name === name).map(({ data }) => data);
    const [sample] = of('cluster.sampled').map((data) => clusterSampled.data.parse(data));
    const past = of('history.backfilled').map((data) => historyBackfilled.data.parse(data));
    if (!sample) throw new Error('no sample was said');
    return { sample, past, asked: [...cluster.asked] };
  };
}

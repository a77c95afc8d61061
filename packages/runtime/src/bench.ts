import { randomUUID } from 'node:crypto';
import type { Bus } from '@evenkeel/bus';
import type { AnyEvent } from '@evenkeel/contracts';
import type { Proxmox } from '@evenkeel/proxmox';
import { type Commit, noVersion, type Scope, type Store, type Version } from '@evenkeel/store';
import type { ApprovalSeal } from './approval-seal.ts';
import { bind } from './bind.ts';
import type { ConfigSource } from './config-source.ts';
import type { Log, Service } from './define-service.ts';
import type { Metrics } from './metrics.ts';
import { type Cache, emptyCache } from './state.ts';
import type { Tracing } from './tracing.ts';

/** What everything in a process stands on. */
export type Footing = {
  bus: Bus;
  store: Store;
  configs: ConfigSource;
  metrics: Metrics;
  tracing: Tracing;
  log: Log;
  /** Milliseconds of the machine's clock, for timers that have no cluster to ask. */
  machine_now: () => number;
  /** Epoch milliseconds by which what is yet to come is told; absent where there is no such clock. */
  wall?: () => number;
  /** The configuration that held last for a cluster that is named no more; absent where all are. */
  departed?: (cluster: string) => ReturnType<ConfigSource['current']> | null;
  /** Why nothing may be written to Proxmox; absent means that there is no such switch. */
  kill_switch?: () => string | null;
  /** Signs approvals and checks them; absent where there is no key. */
  seal?: ApprovalSeal;
  /** Names this process among replicas. */
  instance: string;
};

/** What a worker stands on; the same for every worker of a process but for its client. */
export type Ground = Footing & {
  proxmox: Proxmox | undefined;
  /** Told where the store knows less than this worker has seen it know: what came since has to be handled again. */
  on_forgotten?: () => void;
};

/** What the parts of one worker share: whose it is, what it stands on, and what it knows of its records. */
export type Bench = {
  service: Service;
  cluster: string;
  scope: Scope;
  ground: Ground;
  log: Log;
  publishes: ReadonlyMap<string, AnyEvent>;
  cache: Cache;
  /** The latest version that it has seen the store at: one that is lower later on, or of another epoch, has forgotten. */
  seen: Version;
  /** What of the outbox was counted as said, until it is settled. */
  told: Set<string>;
};

export function createBench(service: Service, cluster: string, ground: Ground): Bench {
  return {
    service,
    cluster,
    scope: { service: service.name, cluster },
    ground,
    log: bind(ground.log, { service: service.name, cluster }),
    publishes: new Map(service.publishes.map((event) => [event.name, event])),
    cache: emptyCache(),
    seen: noVersion,
    told: new Set(),
  };
}

/** After anything that may have changed the store without this worker's knowing. */
export function forget({ cache }: Bench): void {
  cache.version = null;
}

/** Commits and remembers how far the store came by it; null where another was faster. */
export async function commit(bench: Bench, changes: Omit<Commit, 'id'>): Promise<Version | null> {
  const committed = await bench.ground.store.commit(bench.scope, { id: randomUUID(), ...changes });
  if (committed !== null) bench.seen = committed;
  return committed;
}

import type { Bus, Consumption } from '@evenkeel/bus';
import type { StreamClass } from '@evenkeel/contracts';
import type { Proxmox } from '@evenkeel/proxmox';
import type { Store } from '@evenkeel/store';
import type { ConfigSource } from './config-source.ts';
import type { Log, Service } from './define-service.ts';
import type { Check } from './health.ts';
import { createLagView } from './lag-view.ts';
import { createMemoryCheck, type MemoryCheck } from './memory-check.ts';
import type { Metrics } from './metrics.ts';
import { type RunningTimer, runTimer } from './run-timer.ts';
import { recalledOf, subjectsOf } from './subjects-of.ts';
import type { Tracing } from './tracing.ts';
import { createWorker, type Worker } from './worker.ts';

/** A cluster to work for; where `reach` changes, what speaks with it is started anew. */
export type Watched = { name: string; reach: string };

export type Started = {
  /** Runs every timer (of one service) once, one after the other: for whoever turns the clock by hand. */
  tick: (service?: string) => Promise<void>;
  checks: () => Check[];
  /** Brings the gauges up to date that only the servers know; never takes longer than a second. */
  refresh: () => Promise<void>;
  /** Works for these clusters from now on and for no other; what fails to start is tried again at the next call. */
  watch: (clusters: readonly Watched[]) => Promise<void>;
  /** Takes nothing new, finishes what is in hand, says what is committed. */
  stop: () => Promise<void>;
};

export type Surroundings = {
  bus: Bus;
  store: Store;
  configs: ConfigSource;
  /** Those to begin with, see `watch`. */
  clusters: string[];
  /** Only called for services that declare that they use it; closed when they stop. */
  proxmox: (cluster: string, right: 'read' | 'write') => Proxmox;
  metrics: Metrics;
  tracing: Tracing;
  log: Log;
  machine_now: () => number;
  kill_switch?: () => string | null;
  instance: string;
  /** `manual`: nothing runs by itself, see `tick`. */
  timers: 'run' | 'manual';
  /** Only what was acknowledged and forgotten is handled; what is new stays for others. */
  recall_only?: boolean;
  ack_wait_ms?: number;
};

type Running = {
  service: Service;
  cluster: Watched;
  proxmox: Proxmox | undefined;
  worker: Worker;
  memory: MemoryCheck;
  consumptions: Map<StreamClass, Consumption>;
  timers: RunningTimer[];
};

/** Starts services: a worker per service and cluster, its consumers and its timers. */
export async function start(services: readonly Service[], around: Surroundings): Promise<Started> {
  let running: Running[] = [];
  let isOver = false;
  let turn: Promise<void> = Promise.resolve();
  const lag = createLagView(around.metrics);

  const watch = async (clusters: readonly Watched[]): Promise<void> => {
    const stays = (one: Running) => clusters.some((cluster) => isSame(one, cluster));
    const gone = running.filter((one) => !stays(one));
    running = running.filter(stays);
    await stopAll(gone);
    for (const service of services) {
      for (const cluster of clusters) {
        if (running.some((one) => one.service === service && isSame(one, cluster))) continue;
        running.push(await startOne(service, cluster, around));
      }
    }
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const next = turn.then(work);
    turn = next.catch(() => {});
    return next;
  };

  await watch(around.clusters.map((name) => ({ name, reach: '' })));
  around.store.on_reconnect(() => {
    for (const { memory } of running) void memory.check();
  });
  return {
    tick: async (only) => {
      for (const { worker, service } of running) {
        if (only !== undefined && service.name !== only) continue;
        for (const timer of service.timers) await worker.tick(timer);
      }
    },
    checks: () => checksOf(running, around),
    refresh: () => lag.refresh(running),
    watch: (clusters) => inTurn(async () => (isOver ? undefined : watch(clusters))),
    stop: () => {
      isOver = true;
      return inTurn(() => stopAll(running.splice(0)));
    },
  };
}

const isSame = ({ service, cluster }: Running, { name, reach }: Watched): boolean =>
  cluster.name === name && (!service.uses?.proxmox || cluster.reach === reach);

async function stopAll(running: readonly Running[]): Promise<void> {
  await Promise.all(running.flatMap(({ timers }) => timers.map((t) => t.stop())));
  await Promise.all(running.flatMap(({ consumptions }) => [...consumptions.values()].map((c) => c.stop())));
  await Promise.all(running.map(({ worker }) => worker.flush().catch(() => {})));
  await Promise.all(running.map(({ proxmox }) => proxmox?.close()));
}

function checksOf(running: readonly Running[], { bus, store }: Surroundings): Check[] {
  const forgotten = () => running.map(({ memory }) => memory.trouble()).find((t) => t !== null) ?? null;
  return [
    { name: 'bus', trouble: bus.trouble },
    { name: 'store', trouble: () => store.trouble() ?? forgotten() },
    ...running.flatMap(({ service, cluster, timers }) =>
      timers.map((t, n) => ({ name: `${service.name}/${cluster.name}/timer${n}`, trouble: t.trouble })),
    ),
  ];
}

async function startOne(service: Service, cluster: Watched, around: Surroundings): Promise<Running> {
  const proxmox = service.uses?.proxmox ? around.proxmox(cluster.name, service.uses.proxmox) : undefined;
  const consumptions: Running['consumptions'] = new Map();
  const subjects = subjectsOf(service, cluster.name);
  let check: () => Promise<void> = async () => {};
  const on_forgotten = () => void check();
  const worker = createWorker(service, cluster.name, { ...around, proxmox, on_forgotten });
  const named = { service: service.name, cluster: cluster.name };
  const recalled = (stream: StreamClass) => recalledOf(service, cluster.name, stream);
  const memory = createMemoryCheck({ ...named, recalled, consumptions, worker, ...around });
  check = memory.check;
  const one: Running = { service, cluster, proxmox, worker, memory, consumptions, timers: [] };
  try {
    await worker.flush();
    for (const [stream, wanted] of subjects) consumptions.set(stream, await consume(stream, wanted, one, around));
    await memory.check();
  } catch (error) {
    await stopAll([one]);
    throw error;
  }
  if (around.timers === 'run') {
    one.timers = service.timers.map((timer) => runTimer(timer, { ...around, ...named, worker: patient(one), proxmox }));
  }
  return one;
}

/** Does nothing by the clock while what it knows is not complete. */
const patient = ({ worker, memory }: Running): Pick<Worker, 'tick'> => ({
  tick: async (timer) => (memory.trouble() === null ? worker.tick(timer) : undefined),
});

function consume(stream: StreamClass, subjects: string[], one: Running, around: Surroundings): Promise<Consumption> {
  const { service, cluster, memory, worker } = one;
  return around.bus.consume(
    {
      stream,
      durable: `${service.name}_${cluster.name}`,
      subjects,
      ...(around.ack_wait_ms === undefined ? {} : { ack_wait_ms: around.ack_wait_ms }),
    },
    (delivery) => {
      if (around.recall_only) return delivery.retry(1_000);
      return memory.isOpen(stream) ? worker.take(delivery) : delivery.retry(50);
    },
  );
}

import type { Bus, Consumption } from '@evenkeel/bus';
import { type AnyEvent, filterOf, replaySubjectOf, type StreamClass } from '@evenkeel/contracts';
import type { Proxmox } from '@evenkeel/proxmox';
import type { Store } from '@evenkeel/store';
import type { ConfigSource } from './config-source.ts';
import type { Log, Service, Timer } from './define-service.ts';
import type { Check } from './health.ts';
import { createMemoryCheck, type MemoryCheck } from './memory-check.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './tracing.ts';
import { createWorker, type Worker } from './worker.ts';

export type Started = {
  /** Runs every timer (of one service) once, one after the other: for whoever turns the clock by hand. */
  tick: (service?: string) => Promise<void>;
  checks: () => Check[];
  /** Brings the gauges up to date that only the servers know. */
  refresh: () => Promise<void>;
  /** Takes nothing new, finishes what is in hand, says what is committed. */
  stop: () => Promise<void>;
};

export type Surroundings = {
  bus: Bus;
  store: Store;
  configs: ConfigSource;
  clusters: string[];
  /** Only called for services that declare that they use it. */
  proxmox: (cluster: string, right: 'read' | 'write') => Proxmox;
  metrics: Metrics;
  tracing: Tracing;
  log: Log;
  machine_now: () => number;
  instance: string;
  /** `manual`: nothing runs by itself, see `tick`. */
  timers: 'run' | 'manual';
  ack_wait_ms?: number;
};

type Running = {
  service: Service;
  cluster: string;
  worker: Worker;
  memory: MemoryCheck;
  consumptions: Map<StreamClass, Consumption>;
  timers: RunningTimer[];
};
type RunningTimer = { timer: Timer; trouble: string | null; stop: () => Promise<void> };

/** Starts services: a worker per service and cluster, its consumers and its timers. */
export async function start(services: readonly Service[], around: Surroundings): Promise<Started> {
  const running: Running[] = [];
  for (const service of services) {
    for (const cluster of around.clusters) running.push(await startOne(service, cluster, around));
  }
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
    checks: () => [
      { name: 'bus', trouble: around.bus.trouble },
      {
        name: 'store',
        trouble: () =>
          around.store.trouble() ?? running.map(({ memory }) => memory.trouble()).find((t) => t !== null) ?? null,
      },
      ...running.flatMap(({ service, cluster, timers }) =>
        timers.map((t, n) => ({ name: `${service.name}/${cluster}/timer${n}`, trouble: () => t.trouble })),
      ),
    ],
    refresh: async () => {
      for (const { service, cluster, consumptions } of running) {
        for (const [stream, consumption] of consumptions) {
          around.metrics.lag.set(
            { service: service.name, stream, cluster },
            await consumption.pending().catch(() => -1),
          );
        }
      }
    },
    stop: async () => {
      await Promise.all(running.flatMap(({ timers }) => timers.map((t) => t.stop())));
      await Promise.all(running.flatMap(({ consumptions }) => [...consumptions.values()].map((c) => c.stop())));
      await Promise.all(running.map(({ worker }) => worker.flush().catch(() => {})));
    },
  };
}

async function startOne(service: Service, cluster: string, around: Surroundings): Promise<Running> {
  const proxmox = service.uses?.proxmox ? around.proxmox(cluster, service.uses.proxmox) : undefined;
  const consumptions: Running['consumptions'] = new Map();
  const subjects = subjectsOf(service, cluster);
  let check: () => Promise<void> = async () => {};
  const on_forgotten = () => void check();
  const worker = createWorker(service, cluster, { ...around, proxmox, on_forgotten });
  const memory = createMemoryCheck({ service: service.name, cluster, subjects, consumptions, worker, ...around });
  check = memory.check;
  const one: Running = { service, cluster, worker, memory, consumptions, timers: [] };
  await worker.flush();
  for (const [stream, wanted] of subjects) {
    const consumption = await around.bus.consume(
      {
        stream,
        durable: `${service.name}_${cluster}`,
        subjects: wanted,
        ...(around.ack_wait_ms === undefined ? {} : { ack_wait_ms: around.ack_wait_ms }),
      },
      (delivery) => (memory.isOpen(stream) ? worker.take(delivery) : delivery.retry(50)),
    );
    consumptions.set(stream, consumption);
  }
  await memory.check();
  if (around.timers === 'run') one.timers = service.timers.map((timer) => runTimer(timer, one, proxmox, around));
  return one;
}

function runTimer(
  timer: Timer,
  { worker, service, cluster }: Running,
  proxmox: Proxmox | undefined,
  around: Surroundings,
): RunningTimer {
  let stopped = false;
  let wake: () => void = () => {};
  const running: RunningTimer = { timer, trouble: null, stop: async () => {} };
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const handle = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(handle);
        resolve();
      };
    });
  const loop = (async () => {
    while (!stopped) {
      const began = around.machine_now();
      try {
        await worker.tick(timer);
        running.trouble = null;
      } catch (error) {
        if (running.trouble === null)
          around.log.warn({ error, service: service.name, cluster }, 'a timer failed; it goes on');
        running.trouble = error instanceof Error ? error.message : String(error);
      }
      const scale = timer.time === 'cluster' ? (proxmox?.clock().scale ?? 1) : 1;
      const interval = (timer.seconds(around.configs.current().config) * 1000) / scale;
      await wait(Math.max(0, interval - (around.machine_now() - began)));
    }
  })();
  running.stop = async () => {
    stopped = true;
    wake();
    await loop;
  };
  return running;
}

/** Subjects by stream; decisions come first, since they are what a service must know before it decides anew. */
function subjectsOf(service: Service, cluster: string): Map<StreamClass, string[]> {
  const events: AnyEvent[] = [...service.handlers.keys()];
  const order: StreamClass[] = ['decisions', 'commands', 'telemetry'];
  return new Map(
    order
      .map((stream) => [stream, events.filter((e) => e.stream === stream).map((e) => filterOf(e, cluster))] as const)
      .filter(([, subjects]) => subjects.length > 0)
      .map(([stream, subjects]) => [
        stream,
        [...subjects, replaySubjectOf({ stream, service: service.name, cluster }, '*')],
      ]),
  );
}

import type { Bus, Consumption } from '@evenkeel/bus';
import { type AnyEvent, filterOf, type StreamClass } from '@evenkeel/contracts';
import type { Proxmox } from '@evenkeel/proxmox';
import type { Store } from '@evenkeel/store';
import type { ConfigSource } from './config-source.ts';
import type { Log, Service, Timer } from './define-service.ts';
import type { Check } from './health.ts';
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
  let catchingUp: string | null = null;
  around.store.on_reconnect(() => {
    catchingUp = 'catching up after the store came back';
    void Promise.all(running.map((r) => catchUp(r, around)))
      .catch((error) => around.log.error({ error }, 'could not catch up after the store came back'))
      .finally(() => {
        catchingUp = null;
      });
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
      { name: 'store', trouble: () => around.store.trouble() ?? catchingUp },
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
  const on_forgotten = () =>
    void catchUp({ service, cluster, consumptions }, around).catch((error) =>
      around.log.error({ error, service: service.name, cluster }, 'could not catch up after the store has forgotten'),
    );
  const worker = createWorker(service, cluster, { ...around, proxmox, on_forgotten });
  const one: Running = { service, cluster, worker, consumptions, timers: [] };
  await worker.flush();
  for (const [stream, events] of byStream(service)) {
    const consumption = await around.bus.consume(
      {
        stream,
        durable: `${service.name}_${cluster}`,
        subjects: events.map((event) => filterOf(event, cluster)),
        ...(around.ack_wait_ms === undefined ? {} : { ack_wait_ms: around.ack_wait_ms }),
      },
      worker.take,
    );
    one.consumptions.set(stream, consumption);
  }
  await catchUp(one, around);
  if (around.timers === 'run') one.timers = service.timers.map((timer) => runTimer(timer, one, proxmox, around));
  return one;
}

/** Where the store has applied less than was acknowledged, it has forgotten: what came since is handled again. */
async function catchUp(
  { service, cluster, consumptions }: Pick<Running, 'service' | 'cluster' | 'consumptions'>,
  around: Surroundings,
): Promise<void> {
  for (const [stream, consumption] of consumptions) {
    const acknowledged = await consumption.acknowledged();
    const applied = await around.store.position({ service: service.name, cluster }, stream);
    const subjects =
      byStream(service)
        .get(stream)
        ?.map((event) => filterOf(event, cluster)) ?? [];
    if (!(await isMissing(around.bus, stream, subjects, { after: applied, upTo: acknowledged }))) continue;
    around.log.warn(
      { service: service.name, cluster, stream, applied, acknowledged },
      'the store has forgotten: handling again',
    );
    await consumption.rewind(applied);
  }
}

/** Whether any event lies there; what was acknowledged also counts events of other subjects, which nobody has to apply. */
async function isMissing(
  bus: Bus,
  stream: StreamClass,
  subjects: string[],
  { after, upTo }: { after: number; upTo: number },
): Promise<boolean> {
  if (after >= upTo) return false;
  for await (const { sequence } of bus.read(stream, subjects, after + 1)) return sequence <= upTo;
  return false;
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

function byStream(service: Service): Map<StreamClass, AnyEvent[]> {
  const streams = new Map<StreamClass, AnyEvent[]>();
  for (const event of service.handlers.keys()) streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
  return streams;
}

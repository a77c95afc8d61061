import type { Consumption } from '@evenkeel/bus';
import type { StreamClass } from '@evenkeel/contracts';
import type { Proxmox } from '@evenkeel/proxmox';
import type { Footing } from './bench.ts';
import type { Service } from './define-service.ts';
import { createMemoryCheck, type MemoryCheck } from './memory-check.ts';
import { createReadingRoom } from './reading-room.ts';
import { type RunningTimer, runTimer } from './run-timer.ts';
import { durableOf, recalledOf, saidOf, subjectsOf } from './subjects-of.ts';
import { createWorker, type Worker } from './worker.ts';

/** A cluster to work for; where `reach` changes, what speaks with it is started anew. One that has departed is only for what was begun there. */
export type Watched = { name: string; reach: string; departed?: true };

export type Surroundings = Footing & {
  /** Those to begin with, see `watch`. */
  clusters: string[];
  /** Only called for services that declare that they use it; closed when they stop. */
  proxmox: (cluster: string, right: 'read' | 'write') => Proxmox;
  /** `manual`: nothing runs by itself, see `tick`. */
  timers: 'run' | 'manual';
  /** Only what was acknowledged and forgotten is handled; what is new stays for others. */
  recall_only?: boolean;
  ack_wait_ms?: number;
};

/** A service at work in a cluster. */
export type Running = {
  service: Service;
  cluster: Watched;
  proxmox: Proxmox | undefined;
  worker: Worker;
  memory: MemoryCheck;
  consumptions: Map<StreamClass, Consumption>;
  timers: RunningTimer[];
};

export type Room = ReturnType<typeof createReadingRoom>;

/** What the services of a process share besides. */
export type Home = Surroundings & {
  roomOf: (cluster: string) => Room;
  /** Where one notices, all look: what is built again together is read once. */
  on_forgotten: (cluster: string) => void;
};

/** Sets a service up in a cluster; it handles nothing until its memory was checked. */
export async function openService(service: Service, cluster: Watched, home: Home): Promise<Running> {
  const proxmox = service.uses?.proxmox ? home.proxmox(cluster.name, service.uses.proxmox) : undefined;
  const consumptions: Running['consumptions'] = new Map();
  const named = { service: service.name, cluster: cluster.name };
  const on_forgotten = () => home.on_forgotten(cluster.name);
  const configs = lastingConfigs(cluster.name, home);
  const worker = createWorker(service, cluster.name, { ...home, configs, proxmox, on_forgotten });
  const recalled = (stream: StreamClass) => recalledOf(service, cluster.name, stream);
  const said = (stream: StreamClass) => saidOf(service, cluster.name, stream);
  const room = proxmox ? createReadingRoom(home.bus) : home.roomOf(cluster.name);
  const memory = createMemoryCheck({ ...named, recalled, said, consumptions, worker, room, ...home });
  const one: Running = { service, cluster, proxmox, worker, memory, consumptions, timers: [] };
  try {
    await worker.flush();
    for (const [stream, wanted] of subjectsOf(service, cluster.name))
      consumptions.set(stream, await consume(stream, wanted, one, home));
  } catch (error) {
    await stopAll([one]);
    throw error;
  }
  return one;
}

/** A cluster that is named no more goes on under the configuration that named it last. */
const lastingConfigs = (cluster: string, { configs, departed }: Home): Home['configs'] => ({
  ...configs,
  current: () => departed?.(cluster) ?? configs.current(),
});

/** Starts its timers, each at work only while all is known. */
export function timersOf(one: Running, around: Surroundings): RunningTimer[] {
  const { service, cluster, proxmox } = one;
  if (around.timers === 'manual') return [];
  const named = { service: service.name, cluster: cluster.name };
  return service.timers.map((timer) => runTimer(timer, { ...around, ...named, worker: patient(one), proxmox }));
}

/** Does nothing by the clock while what it knows is not complete, but for what goes on without. */
const patient = ({ worker, memory }: Running): Pick<Worker, 'tick'> => ({
  tick: (timer) => (memory.trouble() === null ? worker.tick(timer) : worker.goOnAlone()),
});

function consume(stream: StreamClass, subjects: string[], one: Running, around: Surroundings): Promise<Consumption> {
  const { service, cluster, memory, worker } = one;
  const durable = durableOf(service.name, cluster.name);
  if (around.recall_only) return Promise.resolve(onlooker({ stream, durable }, around));
  return around.bus.consume(
    {
      stream,
      durable,
      subjects,
      ...(around.ack_wait_ms === undefined ? {} : { ack_wait_ms: around.ack_wait_ms }),
    },
    (delivery) => (memory.isOpen(stream) ? worker.take(delivery) : delivery.retry(50)),
  );
}

/** Sees how far others came, and takes nothing from them. */
function onlooker(consumer: { stream: StreamClass; durable: string }, { bus }: Surroundings): Consumption {
  return {
    stop: async () => {},
    acknowledged: () => bus.acknowledged(consumer),
    rewind: async () => {},
    pending: async () => 0,
  };
}

/** Takes nothing new, finishes what is in hand. */
export async function stopAll(running: readonly Running[]): Promise<void> {
  await Promise.all(running.flatMap(({ timers }) => timers.map((t) => t.stop())));
  await Promise.all(running.flatMap(({ consumptions }) => [...consumptions.values()].map((c) => c.stop())));
  await Promise.all(running.map(({ worker }) => worker.flush().catch(() => {})));
  await Promise.all(running.map(({ proxmox }) => proxmox?.close()));
}

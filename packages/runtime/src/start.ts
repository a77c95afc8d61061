import type { Service } from './define-service.ts';
import type { Check } from './health.ts';
import { createLagView } from './lag-view.ts';
import {
  type Home,
  openService,
  type Room,
  type Running,
  type Surroundings,
  stopAll,
  timersOf,
  type Watched,
} from './open-service.ts';
import { createReadingRoom } from './reading-room.ts';

export type { Surroundings, Watched } from './open-service.ts';

export type Started = {
  /** Runs every timer (of one service) once, one after the other: for whoever turns the clock by hand. */
  tick: (service?: string) => Promise<void>;
  checks: () => Check[];
  /** Brings the gauges up to date that only the servers know; never takes longer than a second. */
  refresh: () => Promise<void>;
  /** Works for these clusters from now on and for no other; what fails to start, or to say its last, is tried again at the next call. */
  watch: (clusters: readonly Watched[]) => Promise<void>;
  /** Takes nothing new, finishes what is in hand, says what is committed. */
  stop: () => Promise<void>;
};

/** Starts services: a worker per service and cluster, its consumers and its timers. */
export async function start(services: readonly Service[], around: Surroundings): Promise<Started> {
  let running: Running[] = [];
  let isOver = false;
  let turn: Promise<void> = Promise.resolve();
  const lag = createLagView(around.metrics);
  const rooms = new Map<string, Room>();
  const home: Home = {
    ...around,
    roomOf: (cluster) => {
      const room = rooms.get(cluster) ?? createReadingRoom(around.bus);
      rooms.set(cluster, room);
      return room;
    },
    on_forgotten: (cluster) => {
      for (const {
        memory,
        cluster: { name },
      } of running)
        if (name === cluster) void memory.check();
    },
  };

  const watch = async (clusters: readonly Watched[]): Promise<void> => {
    const stays = (one: Running) => clusters.some((cluster) => isSame(one, cluster) && isFor(one.service, cluster));
    const leaving = running.filter((one) => !stays(one));
    const isNamed = ({ cluster }: Running) =>
      clusters.some(({ name, departed }) => name === cluster.name && departed === undefined);
    const unsaid = await sayFarewell(leaving.filter((one) => !isNamed(one)));
    const gone = leaving.filter((one) => !unsaid.has(one));
    running = running.filter((one) => !gone.includes(one));
    await stopAll(gone);
    const isNew = (service: Service, cluster: Watched) =>
      !running.some((one) => one.service === service && isSame(one, cluster));
    const opened = await Promise.allSettled(
      services.flatMap((service) =>
        clusters
          .filter((cluster) => isFor(service, cluster) && isNew(service, cluster))
          .map((cluster) => openService(service, cluster, home)),
      ),
    );
    const fresh = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    running.push(...fresh);
    await Promise.all(fresh.map(({ memory }) => memory.check()));
    for (const one of fresh) one.timers = timersOf(one, around);
    for (const one of opened) if (one.status === 'rejected') throw one.reason;
    for (const error of unsaid.values()) throw error;
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

/** Those that it cannot be said for yet, and why: they go on, until it is said at a later call or the name is back. */
async function sayFarewell(leaving: readonly Running[]): Promise<Map<Running, unknown>> {
  const unsaid = new Map<Running, unknown>();
  for (const one of leaving) await sayOne(one).catch((error) => unsaid.set(one, error));
  return unsaid;
}

/** While it knows not all it says nothing, since it would miss what is forgotten. */
async function sayOne({ service: { farewell }, worker, memory }: Running): Promise<void> {
  if (!farewell) return;
  const trouble = memory.trouble();
  if (trouble !== null) throw new Error(trouble);
  await worker.tick({ time: 'machine', seconds: () => 0, handle: farewell });
}

const isSame = ({ service, cluster }: Running, { name, reach }: Watched): boolean =>
  cluster.name === name && (!service.uses?.proxmox || cluster.reach === reach);

/** One that has departed is for those that follow what they began. */
const isFor = (service: Service, { departed }: Watched): boolean => !departed || service.begun !== undefined;

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

import type { MemoryBus } from '@evenkeel/bus';
import { createExecutor } from '@evenkeel/executor';
import { createProxmox, directTransport, type Transport } from '@evenkeel/proxmox';
import {
  type ConfigSource,
  createMayWrite,
  createMetrics,
  plainTracing,
  type Service,
  type Started,
  type Surroundings,
  start,
} from '@evenkeel/runtime';
import type { Simulator } from '@evenkeel/simulator';
import type { LossyStore } from './lossy-store.ts';
import { busOf, type Hindrance, ledgerOf, proxmoxOf, storeOf } from './pass-through.ts';
import { as, type Life, type Turns } from './turns.ts';

/** A request to change something that left a replica. */
export type Sent = { at: number; method: string; path: string; target: string | undefined };

/** Off by so many milliseconds at a time, and by this share of what passed since; `gained` is what its monotonic clock had gained by then. */
export type Clock = { off_ms: number; rate: number; since: number; gained: number };

/** What all replicas share. */
export type Ground = {
  simulator: Simulator;
  turns: Turns;
  bus: MemoryBus;
  store: LossyStore;
  configs: ConfigSource;
  hindrance: Hindrance;
  sent: Sent[];
  /** How the clock of each replica's machine is off. */
  off: Map<string, Clock>;
  errors: string[];
  /** Told of every line of every log. */
  overhear?: (line: string) => void;
};

export const cluster = 'lab';
export const token = { id: 'evenkeel@pve!write', secret: '00000000-0000-4000-8000-00000000c4a0' };
/** How long an intent is left alone by others. */
export const patience = { post_timeout_ms: 30_000, grace_ms: 5_000 };

const metrics = createMetrics('chaos', { process: false });
const tracing = plainTracing((bytes) => 'c4'.repeat(bytes));

/** What a process runs, and how often it looks up. */
export type Part = { service: Service; every_ms: number };

/** An executor, which looks up every one to three seconds, as its machine is busy. */
export const executorOf = ({ now, description }: Pick<Simulator, 'now' | 'description'>): Part => ({
  service: createExecutor({ patience, monotonic: now }),
  every_ms: 1000 * (1 + (description.seed % 3)),
});

/** A process with a service, an executor unless told; what ends it is what it returns. It begins by itself, and begins anew where it cannot begin. */
export function startReplica(
  name: string,
  instance: number,
  ground: Ground,
  part: Part = executorOf(ground.simulator),
): { life: Life; kill: () => void } {
  const life: Life = { name, state: 'running', until: 0 };
  const deaths: Process['deaths'] = new Set();
  const stops: (() => unknown)[] = [];
  as(
    life,
    () =>
      void live({ life, part, ground, deaths, stops }, instance).catch((error) => ground.errors.push(String(error))),
  );
  return {
    life,
    kill: () => {
      life.state = 'dead';
      for (const die of deaths) die(new Error('killed'));
      for (const stop of stops) stop();
    },
  };
}

type Process = {
  life: Life;
  part: Part;
  ground: Ground;
  /** Told that it dies, by what waits for it. */
  deaths: Set<(error: Error) => void>;
  stops: (() => unknown)[];
};

async function live(process: Process, instance: number): Promise<void> {
  const { life, part, ground } = process;
  const { turns } = ground;
  const { service, every_ms } = part;
  const started = await begin(process, instance);
  for (;;) {
    await turns.sleep(every_ms, life);
    await turns.pass(life, 'tick');
    if (knowsAll(started)) await started.tick(service.name).catch(() => {});
  }
}

/** As timers that run by themselves: nothing is done by the clock while what a process knows is not complete. */
const knowsAll = (started: Started): boolean =>
  started.checks().every(({ name, trouble }) => name !== 'store' || trouble() === null);

/** What cannot start ends, and is started anew, as by whoever watches over processes. */
async function begin(process: Process, instance: number): Promise<Started> {
  for (let nth = 0; ; nth++) {
    try {
      return await startOn(process, `${process.life.name}-${instance}-${nth}`);
    } catch {
      for (const stop of process.stops.splice(0)) stop();
      await process.ground.turns.sleep(1000, process.life);
    }
  }
}

async function startOn({ life, part, ground, deaths, stops }: Process, instance: string): Promise<Started> {
  const { turns, hindrance, configs } = ground;
  const ledger = ledgerOf(ground.bus.ledger, life, turns, hindrance);
  const bus = busOf(ground.bus, ledger, life, turns, hindrance, deaths);
  const consume: typeof bus.consume = async (options, handle) => {
    const consumption = await bus.consume(options, handle);
    stops.push(consumption.stop);
    return consumption;
  };
  const store: typeof ground.store = {
    ...ground.store,
    on_reconnect: (listener) => {
      ground.store.on_reconnect(listener);
      stops.push(() => ground.store.off_reconnect(listener));
    },
  };
  const guarding = ledgerOf(ground.bus.ledger, life, turns, hindrance, 'guard');
  const mayWrite = createMayWrite({
    cluster,
    ledger: guarding,
    config: () => configs.current().config,
    killSwitch: () => null,
  });
  return start([part.service], {
    bus: { ...bus, consume },
    store: storeOf(store, life, turns, hindrance),
    configs,
    clusters: [cluster],
    proxmox: (_, right) => proxmoxOf(connect(life, ground, right === 'read' ? 'read' : mayWrite), life, turns),
    metrics,
    tracing,
    log: logOf(ground),
    machine_now: wallOf(life.name, ground),
    instance,
    timers: 'manual',
  });
}

function logOf({ errors, overhear }: Ground): Surroundings['log'] {
  const say = (fields: object, message: string): void =>
    overhear?.(`${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? value.stack : value))}`);
  const fail = (fields: object, message: string): void => {
    errors.push(message);
    say(fields, message);
  };
  return { debug: say, info: say, warn: say, error: fail };
}

type Clocks = Pick<Ground, 'simulator' | 'off'>;

const right: Clock = { off_ms: 0, rate: 0, since: 0, gained: 0 };

/** The clock of a replica's machine is off from now on. */
export function setClock({ simulator, off }: Clocks, name: string, { off_ms, rate }: Pick<Clock, 'off_ms' | 'rate'>) {
  const now = simulator.now();
  off.set(name, { off_ms, rate, since: now, gained: monotonicOf(name, { simulator, off })() - now });
}

export const wallOf =
  (name: string, { simulator, off }: Clocks) =>
  (): number => {
    const now = simulator.now();
    const { off_ms, rate, since } = off.get(name) ?? right;
    return Math.round(now + off_ms + rate * (now - since));
  };

/** The monotonic clock of a replica's machine: it never jumps, but runs as fast or slow as the other. */
export const monotonicOf =
  (name: string, { simulator, off }: Clocks) =>
  (): number => {
    const now = simulator.now();
    const { gained, rate, since } = off.get(name) ?? right;
    return now + gained + rate * (now - since);
  };

/** As to a real cluster: time is that of the machine, and answers take as long as they take. */
function connect(life: Life, ground: Ground, may: 'read' | (() => Promise<string | null>)) {
  const { simulator, turns, sent } = ground;
  const sleep = (ms: number) => turns.sleep(ms, life);
  const direct = directTransport((request) => simulator.handle(request), { sleep });
  const transport: Transport = {
    close: direct.close,
    send: async (request) => {
      const { method, path, form } = request;
      if (method !== 'GET') sent.push({ at: simulator.now(), method, path, target: form?.target });
      const answer = await direct.send(request);
      return { ...answer, headers: {}, body: ground.hindrance.garbled(answer.body) };
    },
  };
  return createProxmox({
    transport,
    token: `${token.id}=${token.secret}`,
    ...(may === 'read' ? { readOnly: true } : { mayWrite: may }),
    machine: { now: wallOf(life.name, ground), monotonic: monotonicOf(life.name, ground), sleep },
  });
}

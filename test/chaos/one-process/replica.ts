import type { MemoryBus } from '@evenkeel/bus';
import { createExecutor } from '@evenkeel/executor';
import { createProxmox, directTransport, type Transport } from '@evenkeel/proxmox';
import { type ConfigSource, createMayWrite, createMetrics, plainTracing, start } from '@evenkeel/runtime';
import type { Simulator } from '@evenkeel/simulator';
import type { LossyStore } from './lossy-store.ts';
import { busOf, type Hindrance, ledgerOf, proxmoxOf, storeOf } from './pass-through.ts';
import { as, type Life, type Turns } from './turns.ts';

/** A request to change something that left a replica. */
export type Sent = { at: number; method: string; path: string; target: string | undefined };

/** What all replicas share. */
export type Ground = {
  simulator: Simulator;
  turns: Turns;
  bus: MemoryBus;
  store: LossyStore;
  configs: ConfigSource;
  hindrance: Hindrance;
  sent: Sent[];
  /** Milliseconds by which the clock of each replica's machine is off. */
  off: Map<string, number>;
  errors: string[];
};

export const cluster = 'lab';
export const token = { id: 'evenkeel@pve!write', secret: '00000000-0000-4000-8000-00000000c4a0' };
/** How long an intent is left alone by others. */
export const patience = { post_timeout_ms: 30_000, grace_ms: 5_000 };

const metrics = createMetrics('chaos', { process: false });
const tracing = plainTracing((bytes) => 'c4'.repeat(bytes));

/** A process with an executor; what ends it is what it returns. It begins by itself, and ticks every one to three seconds, as its machine is busy. */
export function startReplica(name: string, instance: number, ground: Ground): { life: Life; kill: () => void } {
  const life: Life = { name, state: 'running', until: 0 };
  const { promise: died, reject } = Promise.withResolvers<never>();
  died.catch(() => {});
  const stops: (() => unknown)[] = [];
  as(life, () => void live(life, instance, ground, died, stops).catch((error) => ground.errors.push(String(error))));
  return {
    life,
    kill: () => {
      life.state = 'dead';
      reject(new Error('killed'));
      for (const stop of stops) stop();
    },
  };
}

async function live(life: Life, instance: number, ground: Ground, died: Promise<never>, stops: (() => unknown)[]) {
  const { simulator, turns, hindrance, configs } = ground;
  const ledger = ledgerOf(ground.bus.ledger, life, turns, hindrance);
  const bus = busOf(ground.bus, ledger, life, turns, hindrance, died);
  const consume: typeof bus.consume = async (options, handle) => {
    const consumption = await bus.consume(options, handle);
    stops.push(consumption.stop);
    return consumption;
  };
  const guarding = ledgerOf(ground.bus.ledger, life, turns, hindrance, 'guard');
  const mayWrite = createMayWrite({
    cluster,
    ledger: guarding,
    config: () => configs.current().config,
    killSwitch: () => null,
  });
  const ticks_ms = 1000 * (1 + (simulator.description.seed % 3));
  const service = createExecutor({ patience, monotonic: simulator.now });
  const started = await start([service], {
    bus: { ...bus, consume },
    store: storeOf(ground.store, life, turns, hindrance),
    configs,
    clusters: [cluster],
    proxmox: () => proxmoxOf(connect(life, ground, mayWrite), life, turns),
    metrics,
    tracing,
    log: {
      debug() {},
      info() {},
      warn() {},
      error: (_, message) => void ground.errors.push(message),
    },
    machine_now: wallOf(life, ground),
    instance: `${life.name}-${instance}`,
    timers: 'manual',
  });
  for (;;) {
    await turns.sleep(ticks_ms, life);
    await turns.pass(life, 'tick');
    await started.tick('executor').catch(() => {});
  }
}

const wallOf =
  ({ name }: Life, { simulator, off }: Ground) =>
  (): number =>
    simulator.now() + (off.get(name) ?? 0);

/** As to a real cluster: time is that of the machine, and answers take as long as they take. */
function connect(life: Life, ground: Ground, mayWrite: () => Promise<string | null>) {
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
    mayWrite,
    machine: { now: wallOf(life, ground), monotonic: simulator.now, sleep },
  });
}

import type { Delivery, Poison } from '@evenkeel/bus';
import type { Work } from './ask-handler.ts';
import { type Bench, createBench, forget, type Ground } from './bench.ts';
import { clusterTime } from './cluster-time.ts';
import { createDecide, pass } from './decide.ts';
import type { Service, Timer } from './define-service.ts';
import { nameOfType } from './envelope.ts';
import { createGoOnAlone } from './go-on-alone.ts';
import { createHandle, type Handle } from './handle-delivery.ts';
import { flush } from './outbox.ts';
import { HandlerFailed } from './outside.ts';
import { createPutAside } from './put-aside.ts';
import { Unreadable } from './read-work.ts';
import { openRecall, type Recall } from './recall.ts';

export type Worker = {
  /** Handles one delivery: decides, commits, publishes, acknowledges. Never throws. */
  take: (delivery: Delivery | Poison) => Promise<void>;
  /** To handle again what was acknowledged and then forgotten: trouble outside is thrown, what cannot be handled passed over. */
  recall: () => Promise<Recall>;
  /** Runs one timer once; what goes wrong is thrown. */
  tick: (timer: Timer) => Promise<void>;
  /** Does what goes on without the store, where the service has such; never throws. */
  goOnAlone: () => Promise<void>;
  /** Publishes what was committed and not yet said. */
  flush: () => Promise<void>;
};

/** One service in one cluster: everything passes through here one at a time. */
export function createWorker(service: Service, cluster: string, ground: Ground): Worker {
  const bench = createBench(service, cluster, ground);
  const decide = createDecide(bench);
  const handle = createHandle(bench, decide);
  const take = createTake(bench, handle);
  const replay = createReplay(bench, handle);
  const isSilent = service.uses?.proxmox === undefined;
  const goOnAlone = createGoOnAlone(bench);
  const tick = createTick(bench, decide, goOnAlone);
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => {});
    return next;
  };
  return {
    take: (delivery) => inTurn(() => take(delivery)),
    recall: async () => {
      await inTurn(() => lookAnew(bench));
      const { take, finish } = isSilent ? openRecall(bench) : { take: replay, finish: async () => {} };
      return { take: (stored) => inTurn(() => take(stored)), finish: () => inTurn(finish) };
    },
    tick: (timer) => inTurn(() => tick(timer)),
    goOnAlone: () => inTurn(goOnAlone),
    flush: () => inTurn(() => flush(bench)),
  };
}

/** From here on it goes by what the store knows now. */
async function lookAnew(bench: Bench): Promise<void> {
  bench.seen = await bench.ground.store.version(bench.scope);
  forget(bench);
}

function createTake(bench: Bench, handle: Handle): (delivery: Delivery | Poison) => Promise<void> {
  const { metrics } = bench.ground;
  const service = bench.service.name;
  const { putAside, settled } = createPutAside(bench);
  return async (delivery) => {
    const began = performance.now();
    const event = 'event' in delivery ? nameOfType(delivery.event.type) : 'unreadable';
    const count = (result: string): void => metrics.handled.inc({ service, event, result });
    try {
      if (!('event' in delivery)) throw new Unreadable(delivery.reason);
      count(await handle(delivery));
      settled(delivery);
      await delivery.ack();
      metrics.handling.observe({ service, event }, (performance.now() - began) / 1000);
    } catch (error) {
      forget(bench);
      await putAside(delivery, error).then(count, (worse) => {
        const fields = { error: worse, sequence: delivery.sequence };
        bench.log.error(fields, 'could not lay a message aside; it will come again');
      });
    }
  };
}

/** One by one and aloud, for a service that acts on the outside: it may have news to tell of it even on an old event. */
function createReplay(bench: Bench, handle: Handle): Recall['take'] {
  const nobody = async (): Promise<void> => {};
  return async ({ stream, sequence, subject, event }) => {
    const delivery = { stream, sequence, subject, event, attempt: 1, ack: nobody, retry: nobody };
    try {
      await handle(delivery);
    } catch (error) {
      forget(bench);
      if (!(error instanceof Unreadable || error instanceof HandlerFailed)) throw error;
      bench.log.warn(
        { error, event_id: event.id, sequence },
        'an old event cannot be handled again; it is passed over',
      );
      await pass(bench, { cause: event.id, position: { stream, sequence } });
    }
  };
}

function createTick(
  bench: Bench,
  decide: (work: Work) => Promise<boolean>,
  goOnAlone: Worker['goOnAlone'],
): Worker['tick'] {
  const { ground, service, scope } = bench;
  const begin = async (): Promise<void> => {
    const trouble = service.meanwhile ? ground.store.trouble() : null;
    if (trouble !== null) throw new Error(trouble);
    await flush(bench);
  };
  const count = (result: string): void => ground.metrics.timers.inc({ ...scope, result });
  let ticks = 0;
  return async (timer) => {
    await begin().catch(async (error) => {
      await goOnAlone();
      throw error;
    });
    const now = await clusterTime(ground);
    ticks += 1;
    const cause = `timer/${ground.instance}/${service.timers.indexOf(timer)}/${ticks}`;
    const attributes = { 'evenkeel.cluster': bench.cluster };
    const span = ground.tracing.start({ name: `timer ${service.name}`, kind: 'internal', attributes });
    try {
      const { revision } = ground.configs.current();
      const isDone = await decide({ timer, now, revision, trace: span.traceparent, cause });
      count(isDone ? 'done' : 'conflict');
      span.end();
    } catch (error) {
      forget(bench);
      count('failed');
      span.end(error);
      throw error;
    }
  };
}

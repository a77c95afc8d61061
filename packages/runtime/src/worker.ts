import { isDeepStrictEqual } from 'node:util';
import { type Bus, type Delivery, EventTooLarge, type Outgoing, type Poison } from '@evenkeel/bus';
import type { AnyEvent, CloudEvent, Config, Said } from '@evenkeel/contracts';
import type { Proxmox } from '@evenkeel/proxmox';
import type { Parked, Scope, Store } from '@evenkeel/store';
import { bind } from './bind.ts';
import { type ConfigSource, UnknownConfig } from './config-source.ts';
import type { Handler, Log, Service, Timer } from './define-service.ts';
import { envelope, typeOf } from './envelope.ts';
import type { Metrics } from './metrics.ts';
import { observe } from './observe.ts';
import { blame, HandlerFailed, marked } from './outside.ts';
import { parseOnce } from './parse-once.ts';
import { emptyCache, openBuffer, openReader } from './state.ts';
import { type Tracing, traceIdOf } from './tracing.ts';

/** What a worker stands on; the same for every worker of a process but for its client. */
export type Ground = {
  bus: Bus;
  store: Store;
  configs: ConfigSource;
  proxmox: Proxmox | undefined;
  metrics: Metrics;
  tracing: Tracing;
  log: Log;
  /** Milliseconds of the machine's clock, for timers that have no cluster to ask. */
  machine_now: () => number;
  /** Names this process among replicas. */
  instance: string;
  /** Told where the store knows less than this worker has seen it know: what came since has to be handled again. */
  on_forgotten?: () => void;
};

export type Worker = {
  /** Handles one delivery: decides, commits, publishes, acknowledges. Never throws. */
  take: (delivery: Delivery | Poison) => Promise<void>;
  /** Runs one timer once; what goes wrong is thrown. */
  tick: (timer: Timer) => Promise<void>;
  /** Publishes what was committed and not yet said. */
  flush: () => Promise<void>;
};

const attemptsBeforeBurial = 5;
const conflictsBeforeRetry = 10;
const receiptSeconds = 86_400;

/** One service in one cluster: everything passes through here one at a time. */
export function createWorker(service: Service, cluster: string, ground: Ground): Worker {
  const { bus, store, configs, metrics, tracing } = ground;
  const ledger = marked(bus.ledger);
  const records = marked(store);
  const scope: Scope = { service: service.name, cluster };
  const handlers = new Map([...service.handlers].map(([event, handler]) => [event.name, { event, handler }]));
  const publishes = new Map(service.publishes.map((e) => [e.name, e]));
  const { owns, reads } = service;
  const cache = emptyCache();
  const log = bind(ground.log, { service: service.name, cluster });
  let turn: Promise<unknown> = Promise.resolve();
  let ticks = 0;
  let seen = 0;
  let failed = { key: '', times: 0 };

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => {});
    return next;
  };

  /** False where the same was decided otherwise before. */
  const publish = async (outgoing: Outgoing): Promise<boolean> => {
    try {
      const published = await bus.publish(outgoing);
      metrics.published.inc({ service: service.name, event: nameOf(outgoing), status: published.status });
      const said = {
        event: nameOf(outgoing),
        event_id: outgoing.event.id,
        trace_id: traceIdOf(outgoing.event.traceparent),
      };
      if (published.status === 'stored')
        (outgoing.stream === 'decisions' ? log.info : log.debug)(said, `said ${said.event}`);
      if (published.status === 'stored')
        observe(metrics, { name: nameOf(outgoing), data: outgoing.event.data }, cluster);
      if (published.status === 'conflict') {
        log.info({ event_id: outgoing.event.id }, 'decided before: the stored event stands');
        return sameData(published.stored.data, outgoing.event.data);
      }
      return true;
    } catch (error) {
      if (!(error instanceof EventTooLarge)) throw error;
      metrics.published.inc({ service: service.name, event: nameOf(outgoing), status: 'too_large' });
      log.error({ event_id: outgoing.event.id, error }, 'event refused: larger than the server takes');
      await bury(outgoing.stream, outgoing.subject, 0, error.message, bodyOf(outgoing), headersOf(outgoing));
      return true;
    }
  };

  const bury: (
    stream: Outgoing['stream'],
    subject: string,
    sequence: number,
    reason: string,
    body: Uint8Array,
    headers: Record<string, string>,
  ) => Promise<void> = async (stream, subject, sequence, reason, body, headers) => {
    await bus.bury({ service: service.name, stream, subject, sequence, reason, body, headers });
    metrics.buried.inc({ service: service.name, stream });
  };

  const flush = async (): Promise<void> => {
    const parked = await store.outbox(scope);
    metrics.outbox.set({ service: service.name, cluster }, parked.length);
    const settled = new Set<string>();
    for (const { id, message } of parked) {
      if (settled.has(id)) continue;
      const outgoing = message as Outgoing;
      const agreed = await publish(outgoing);
      const leads = publishes.get(nameOf(outgoing))?.leads === true;
      const done = agreed || !leads ? [id] : saidAlong(parked, outgoing).concat(id);
      await store.settle(scope, done);
      for (const one of done) settled.add(one);
    }
    if (parked.length > 0) metrics.outbox.set({ service: service.name, cluster }, 0);
  };

  /** One handling up to its commit; false where another replica was faster. */
  const decide = async (
    handler: Handler | Timer['handle'],
    input: { data: unknown; id: string } | undefined,
    circumstances: {
      now: number;
      revision: string;
      trace: string;
      cause: string;
      position?: { stream: string; sequence: number };
    },
  ): Promise<boolean> => {
    const version = await store.version(scope);
    if (version < seen) {
      seen = version;
      ground.on_forgotten?.();
      throw new StoreForgot();
    }
    seen = version;
    if (version !== cache.version) Object.assign(cache, emptyCache(), { version });
    const buffer = openBuffer(records, cluster, cache);
    const context = {
      cluster,
      now: circumstances.now,
      config: await configAt(configs, circumstances.revision),
      config_revision: circumstances.revision,
      current_config: configs.current().config,
      trace: circumstances.trace,
      state: {
        ...mapValues(reads, (record) => openReader(records, cluster, record)),
        ...mapValues(owns, (record) => buffer.handle(record)),
      },
      log: bind(log, { trace_id: traceIdOf(circumstances.trace), cause: circumstances.cause }),
      proxmox: ground.proxmox,
      ledger,
    };
    const outbox = await handled(async () => {
      const said: readonly Said[] = input
        ? await (handler as Handler)(input as never, context as never)
        : await (handler as Timer['handle'])(context as never);
      return leadersFirst(said, publishes).map((s) =>
        envelope(declared(publishes, service.name, s), s, {
          service: service.name,
          cluster,
          trace: joined(tracing, s, circumstances.trace),
          config_revision: circumstances.revision,
          ...(input ? { cause: circumstances.cause } : {}),
        }),
      );
    });
    const writes = buffer.writes();
    if (!input && writes.length === 0 && outbox.length === 0) return true;
    const committed = await store.commit(scope, {
      expected_version: version,
      writes,
      cause: circumstances.cause,
      receipt_ttl_seconds: receiptSeconds,
      outbox,
      ...(circumstances.position ? { position: circumstances.position } : {}),
    });
    if (committed === null) {
      cache.version = -1;
      return false;
    }
    seen = committed;
    buffer.keep(committed);
    await flush();
    return true;
  };

  const handle = async (delivery: Delivery): Promise<string> => {
    const { event: cloud } = delivery;
    const known = [...handlers.values()].find(({ event }) => typeOf(event) === cloud.type);
    await flush();
    if (await store.handled(scope, cloud.id)) return 'repeated';
    await clockOf(ground);
    if (!known) throw new Unreadable(`unknown type ${cloud.type}`);
    const parsed = parseOnce(known.event.data, cloud.data);
    if (!parsed.success) throw new Unreadable(`its data is not valid: ${parsed.error.message}`);
    const circumstances = {
      now: Date.parse(cloud.time),
      revision: cloud.configrevision ?? configs.current().revision,
      cause: cloud.id,
      position: { stream: delivery.stream, sequence: delivery.sequence },
    };
    const span = tracing.start({
      name: `process ${known.event.name}`,
      kind: 'consumer',
      parent: cloud.traceparent,
      attributes: {
        'messaging.operation.type': 'process',
        'messaging.message.id': cloud.id,
        'messaging.consumer.group.name': service.name,
        'evenkeel.cluster': cluster,
      },
    });
    try {
      for (let n = 0; n < conflictsBeforeRetry; n++) {
        const input = { data: parsed.data, id: cloud.id };
        if (await decide(known.handler, input, { ...circumstances, trace: span.traceparent })) {
          span.end();
          return 'done';
        }
        if (await store.handled(scope, cloud.id)) {
          await flush();
          span.end();
          return 'conflict';
        }
      }
      throw new Error('lost every race for a commit');
    } catch (error) {
      span.end(error);
      throw error;
    }
  };

  const take = async (delivery: Delivery | Poison): Promise<void> => {
    const began = performance.now();
    const name = 'event' in delivery ? delivery.event.type.split('.').slice(2, -1).join('.') : 'unreadable';
    const count = (result: string): void => metrics.handled.inc({ service: service.name, event: name, result });
    try {
      if (!('event' in delivery)) throw new Unreadable(delivery.reason);
      count(await handle(delivery));
      await delivery.ack();
      metrics.handling.observe({ service: service.name, event: name }, (performance.now() - began) / 1000);
    } catch (error) {
      cache.version = -1;
      await putAside(delivery, error, count).catch((worse) => {
        log.error({ error: worse, sequence: delivery.sequence }, 'could not lay a message aside; it will come again');
      });
    }
  };

  /** Only failures of the handler itself count; trouble outside may last as long as it likes. */
  const isTooOften = ({ stream, sequence }: Delivery | Poison): boolean => {
    const key = `${stream}/${sequence}`;
    const times = (failed.key === key ? failed.times : 0) + 1;
    failed = { key, times };
    return times >= attemptsBeforeBurial;
  };

  const putAside = async (
    delivery: Delivery | Poison,
    error: unknown,
    count: (result: string) => void,
  ): Promise<void> => {
    const hopeless = error instanceof Unreadable || (error instanceof HandlerFailed && isTooOften(delivery));
    const ids =
      'event' in delivery ? { event_id: delivery.event.id, trace_id: traceIdOf(delivery.event.traceparent) } : {};
    const fields = { ...ids, error, sequence: delivery.sequence, stream: delivery.stream, attempt: delivery.attempt };
    if (!hopeless) {
      count('retried');
      log.warn(fields, 'handling failed; it will be tried again');
      await delivery.retry(Math.min(30_000, 100 * 2 ** delivery.attempt));
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    const body = 'event' in delivery ? bodyOf(delivery) : delivery.body;
    const headers = 'event' in delivery ? headersOf(delivery) : delivery.headers;
    await bury(delivery.stream, delivery.subject, delivery.sequence, reason, body, headers);
    await pass(delivery);
    count('buried');
    log.error(fields, 'message laid aside as a dead letter');
    await delivery.ack();
  };

  /** What is laid aside is applied as far as it ever will be; where another replica commits meanwhile, its position says so. */
  const pass = async ({ stream, sequence }: Delivery | Poison): Promise<void> => {
    await store.commit(scope, {
      expected_version: await store.version(scope),
      writes: [],
      cause: `buried/${stream}/${sequence}`,
      receipt_ttl_seconds: receiptSeconds,
      outbox: [],
      position: { stream, sequence },
    });
  };

  const tick = (timer: Timer): Promise<void> =>
    inTurn(async () => {
      await flush();
      const now = await clockOf(ground);
      ticks += 1;
      const cause = `timer/${ground.instance}/${service.timers.indexOf(timer)}/${ticks}`;
      const span = tracing.start({
        name: `timer ${service.name}`,
        kind: 'internal',
        attributes: { 'evenkeel.cluster': cluster },
      });
      try {
        const { revision } = configs.current();
        const done = await decide(timer.handle, undefined, { now, revision, trace: span.traceparent, cause });
        metrics.timers.inc({ service: service.name, cluster, result: done ? 'done' : 'conflict' });
        span.end();
      } catch (error) {
        cache.version = -1;
        metrics.timers.inc({ service: service.name, cluster, result: 'failed' });
        span.end(error);
        throw error;
      }
    });

  return { take: (delivery) => inTurn(() => take(delivery)), tick, flush: () => inTurn(flush) };
}

/** The trace that an event travels in: that of what is being handled, or an earlier one that it joins with a span of its own. */
function joined(tracing: Tracing, { name, trace }: Said, handling: string): string {
  if (!trace) return handling;
  const span = tracing.start({ name: `send ${name}`, kind: 'producer', parent: trace, links: [handling] });
  span.end();
  return span.traceparent;
}

/** A message that no number of tries makes readable. */
class Unreadable extends Error {
  override name = 'Unreadable';
}

/** The store was emptied, or lost its latest seconds; what it knew is built again from the streams. */
class StoreForgot extends Error {
  override name = 'StoreForgot';
  override message = 'the store has forgotten what it knew';
}

async function configAt(configs: ConfigSource, revision: string): Promise<Config> {
  try {
    return await configs.at(revision);
  } catch (error) {
    throw error instanceof UnknownConfig ? new HandlerFailed(error.message, { cause: error }) : error;
  }
}

/** A cluster's clock is known from its answers, so the first look asks for one. */
async function clockOf({ proxmox, machine_now }: Ground): Promise<number> {
  if (!proxmox) return machine_now();
  if (!asked.has(proxmox)) await proxmox.version();
  asked.add(proxmox);
  return proxmox.clock().now;
}
const asked = new WeakSet<Proxmox>();

/** A leading event is published before what was decided along with it. */
function leadersFirst(said: readonly Said[], publishes: ReadonlyMap<string, AnyEvent>): readonly Said[] {
  const leads = (s: Said): boolean => publishes.get(s.name)?.leads === true;
  return said.some(leads) ? [...said.filter(leads), ...said.filter((s) => !leads(s))] : said;
}

/** What waits to be said because of the same event. */
function saidAlong(parked: readonly Parked[], { event }: Outgoing): string[] {
  return parked
    .filter(({ message }) => (message as Outgoing).event.causationid === event.causationid)
    .map(({ id }) => id);
}

const sameData = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, JSON.parse(JSON.stringify(b)));

async function handled<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw blame(error);
  }
}

function declared(publishes: ReadonlyMap<string, AnyEvent>, service: string, said: Said): AnyEvent {
  const event = publishes.get(said.name);
  if (!event) throw new Error(`${service} says ${said.name}, which it does not declare`);
  const parsed = parseOnce(event.data, said.data);
  if (!parsed.success) throw new Error(`${service} says a ${said.name} that is not valid: ${parsed.error.message}`);
  return event;
}

const nameOf = (outgoing: Outgoing): string => outgoing.event.type.split('.').slice(2, -1).join('.');

const bodyOf = ({ event }: { event: CloudEvent }): Uint8Array => new TextEncoder().encode(JSON.stringify(event.data));

const headersOf = ({ event }: { event: CloudEvent }): Record<string, string> => ({
  'ce-id': event.id,
  'ce-source': event.source,
  'ce-type': event.type,
  'ce-time': event.time,
  ...(event.configrevision ? { 'ce-configrevision': event.configrevision } : {}),
  ...(event.traceparent ? { traceparent: event.traceparent } : {}),
});

function mapValues<V, W>(object: Record<string, V>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudEvent, streams as kept, type StreamClass } from '@evenkeel/contracts';
import { createMemoryConsumer, type MemoryConsumer } from './memory-consumer.ts';
import { createMemoryLedger } from './memory-ledger.ts';
import { followKept, readKept, storedEventOf } from './memory-read.ts';
import { createMemoryStream, type StreamLimits } from './memory-stream.ts';
import { type Bus, type Consumption, type DeadLetter, EventTooLarge, type Outgoing } from './port.ts';

export type MemoryBusOptions = {
  /** Replaces what is kept of a stream; it is kept as long as on a server. */
  limits?: Partial<Record<StreamClass, Partial<StreamLimits>>>;
  /** Waits before a redelivery; stories pass one that returns at once. */
  wait?: (delay_ms: number) => Promise<void>;
  /** Sends every event through JSON, as a wire would; otherwise events travel by reference and must not be changed. */
  encode?: boolean;
  /** By which what is too old is told, epoch ms. Default the clock of this machine. */
  now?: () => number;
  /** Largest encoded body, bytes; telemetry is only measured with `encode`. Default 1 MiB. */
  max_payload?: number;
};

/** A bus within one process that forgets everything when it ends. */
export type MemoryBus = Bus & {
  /** True while no running consumer has anything to do. */
  idle: () => boolean;
  /** Resolves once every running consumer has acknowledged everything. */
  settled: () => Promise<void>;
};

const bounded = { per_subject: Number.POSITIVE_INFINITY, total: 10_000, backlog: 10_000, ids: 20_000 };
const defaults: Record<StreamClass, Omit<StreamLimits, 'max_age_ms'>> = {
  telemetry: { per_subject: 1, total: Number.POSITIVE_INFINITY, backlog: 2_000, ids: 5_000 },
  decisions: bounded,
  commands: bounded,
  dead: bounded,
};

/** Events are seen in the order of publishing; nothing in it depends on a clock but how long they are kept, and the wait before a redelivery. */
export function createMemoryBus(options: MemoryBusOptions = {}): MemoryBus {
  const closed = new AbortController();
  let stored = 0;
  const streamOf = (name: StreamClass) => {
    const max_age_ms = 1000 * kept[name].max_age_seconds;
    const limits = { ...defaults[name], max_age_ms, ...options.limits?.[name] };
    return createMemoryStream(limits, () => ++stored, options.now ?? Date.now);
  };
  const streams = {
    telemetry: streamOf('telemetry'),
    decisions: streamOf('decisions'),
    commands: streamOf('commands'),
    dead: streamOf('dead'),
  };
  const consumers = new Map<string, MemoryConsumer>();
  const letters: DeadLetter[] = [];
  let buried = 0;
  const waiters = new Set<() => void>();
  const max_payload = options.max_payload ?? 1_048_576;

  const idle = () => [...consumers.values()].every((consumer) => consumer.idle());
  const hooks = {
    wait: options.wait ?? ((ms: number) => sleep(ms, undefined, { signal: closed.signal }).catch(() => {})),
    changed: () => {
      if (waiters.size === 0 || !idle()) return;
      for (const resolve of waiters) resolve();
      waiters.clear();
    },
  };
  const onTheWire = ({ stream, event }: Outgoing): CloudEvent => {
    if (stream === 'telemetry' && !options.encode) return event;
    const data = JSON.stringify(event.data);
    const size = Buffer.byteLength(data);
    if (size > max_payload) throw new EventTooLarge(`${event.id}: ${size} bytes, more than the ${max_payload} allowed`);
    return options.encode ? { ...event, data: JSON.parse(data) } : event;
  };

  return {
    publish: async (outgoing) => {
      if (closed.signal.aborted) throw new Error('the bus is closed');
      return streams[outgoing.stream].publish({ ...outgoing, event: onTheWire(outgoing) });
    },
    consume: async (wanted, handle): Promise<Consumption> => {
      const name = `${wanted.stream}/${wanted.durable}`;
      const consumer = consumers.get(name) ?? createMemoryConsumer(streams[wanted.stream], wanted, hooks);
      consumers.set(name, consumer);
      return consumer.attach(handle);
    },
    acknowledged: async ({ stream, durable }) => consumers.get(`${stream}/${durable}`)?.acknowledged() ?? 0,
    takers: async ({ stream, durable }) => consumers.get(`${stream}/${durable}`)?.takers() ?? null,
    bury: async (letter) => {
      letters.push({ ...letter, buried: ++buried });
      if (letters.length > 1_000) letters.shift();
    },
    async *letters(from = 1) {
      yield* letters.filter(({ buried }) => buried >= from);
    },
    drop_letter: async (which) => {
      const place = letters.findIndex((letter) => letter.buried === which);
      if (place >= 0) letters.splice(place, 1);
      return place >= 0;
    },
    read: (stream, subjects, from = 1) => readKept(streams[stream], subjects, from),
    follow: (stream, subjects, from, signal) =>
      followKept(streams[stream], subjects, from, AbortSignal.any([signal, closed.signal])),
    last: async (stream, subject) => {
      const message = /[*>]/.test(subject) ? streams[stream].from(1, [subject]).at(-1) : streams[stream].last(subject);
      return message ? storedEventOf(message) : null;
    },
    ledger: createMemoryLedger(),
    trouble: () => null,
    max_payload: () => max_payload,
    close: async () => closed.abort(),
    idle,
    settled: () => (idle() ? Promise.resolve() : new Promise((resolve) => waiters.add(resolve))),
  };
}

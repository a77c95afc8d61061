import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@evenkeel/contracts';
import {
  AckPolicy,
  type ConsumerInfo,
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { backOff } from './back-off.ts';
import { decodeEvent } from './cloud-events.ts';
import { wireHeaders } from './nats-read.ts';
import { onReconnect, type Wire } from './nats-wire.ts';
import { withPatience } from './patience.ts';
import type { ConsumerOptions, Consumption, Delivery, Poison } from './port.ts';

type Handle = (delivery: Delivery | Poison) => Promise<void>;

/**
 * Pulls from a durable, one message at a time, through restarts of the server. A durable that vanished is made anew behind what this
 * process acknowledged last; where it acknowledged nothing yet, from the beginning of the stream. What it acknowledged last it asks for
 * again whenever it begins to pull from the same durable, since a leader that was lost may never have heard it; one that did gives nothing.
 */
export async function consumeFrom(wire: Wire, options: ConsumerOptions, handle: Handle): Promise<Consumption> {
  const stream = streams[options.stream].name;
  const stopping = new AbortController();
  const over = AbortSignal.any([stopping.signal, wire.closed]);
  let reached = 0;
  let generation = 0;
  let rewound: Promise<void> = Promise.resolve();
  let messages: ConsumerMessages | null = null;
  let created = '';
  let acknowledged: { reply: string; created: string } | null = null;

  const info = () =>
    withPatience(wire, `looking at ${options.durable}`, () => wire.jsm.consumers.info(stream, options.durable));

  const offer = async (message: JsMsg) => {
    const born = generation;
    let isAnswered = false;
    const answer = (send: () => void) => async () => {
      if (isAnswered || born !== generation) return;
      isAnswered = true;
      send();
    };
    const ack = answer(() => {
      message.ack();
      acknowledged = { reply: replySubject(message), created };
      reached = message.seq;
    });
    const retry = (delay_ms: number) => answer(() => message.nak(delay_ms))();
    const delivery = await deliveryOf(options, message);
    await handle({ ...delivery, ack, retry }).catch(() => {});
    await retry(backOff(message.info.deliveryCount));
  };

  const pull = async () => {
    await rewound.catch(() => {});
    await ensureConsumer(wire, options, reached);
    const consumer = await wire.js.consumers.get(stream, options.durable);
    created = (await consumer.info(true)).created;
    messages = await consumer.consume({
      max_messages: 2,
      threshold_messages: 1,
      expires: 10_000,
      idle_heartbeat: 2_000,
      abort_on_missing_resource: true,
    });
    if (over.aborted) messages.stop();
    if (acknowledged?.created === created) wire.nc.publish(acknowledged.reply, '-NAK');
    void stopWhereSilent(messages);
    wire.troubles.delete(options.durable);
    for await (const message of messages) await offer(message);
  };

  const run = async () => {
    while (!over.aborted) {
      const born = generation;
      const failure = await pull().then(
        () => null,
        (error: Error) => error,
      );
      if (over.aborted) return;
      if (born !== generation) continue;
      if (failure) wire.troubles.set(options.durable, `consumer ${options.durable} stopped: ${failure.message}`);
      if (failure) await sleep(500, undefined, { signal: over }).catch(() => {});
    }
  };

  await ensureConsumer(wire, options, 0);
  const running = run();
  const unwatch = onReconnect(wire, () => messages?.stop());

  return {
    stop: async () => {
      stopping.abort();
      messages?.stop();
      await running;
      unwatch();
    },
    acknowledged: async () => (await info()).ack_floor.stream_seq,
    rewind: (after_sequence) => {
      generation++;
      reached = after_sequence;
      acknowledged = null;
      rewound = resetConsumer(wire, options, after_sequence);
      messages?.stop();
      return rewound;
    },
    pending: async () => (await info()).num_pending,
  };
}

/** Where an answer to it goes; the client has it, but does not say so in its types. */
const replySubject = (message: JsMsg): string => (message as JsMsg & { reply: string }).reply;

/** Whoever led the consumer may be gone: whoever leads it now is asked anew, and sooner than the client would by itself. */
async function stopWhereSilent(messages: ConsumerMessages): Promise<void> {
  for await (const { type } of messages.status()) if (type === 'heartbeats_missed') messages.stop();
}

/** Last sequence that the durable acknowledged with all before it; 0 where there is no such durable. */
export function acknowledgedBy(wire: Wire, { stream, durable }: Pick<ConsumerOptions, 'stream' | 'durable'>) {
  return withPatience(wire, `looking at ${durable}`, async () => {
    const standing = await standingConsumer(wire, streams[stream].name, durable);
    return standing?.ack_floor.stream_seq ?? 0;
  });
}

/** Pulls that wait at the durable: those of a process that died are not among them. */
export function takersOf(wire: Wire, { stream, durable }: Pick<ConsumerOptions, 'stream' | 'durable'>) {
  return withPatience(wire, `looking at ${durable}`, async () => {
    const standing = await standingConsumer(wire, streams[stream].name, durable);
    return standing && (standing.num_waiting || Number(isBusy(standing)));
  });
}

/** How long one message may be handled before its handler is given up for dead, milliseconds; no answer of Proxmox is waited for as long. */
const busy_ms = 120_000;

/** Who handles a message does not wait for the next. */
function isBusy({ num_ack_pending, delivered, ts }: ConsumerInfo): boolean {
  if (num_ack_pending === 0 || delivered.last_active === undefined) return false;
  return Date.parse(String(ts)) - Date.parse(String(delivered.last_active)) < busy_ms;
}

async function deliveryOf(options: ConsumerOptions, message: JsMsg) {
  const headers = wireHeaders(message.headers);
  const decoded = await decodeEvent({ headers, body: message.data });
  const { subject, seq: sequence } = message;
  const origin = { stream: options.stream, subject, sequence, attempt: message.info.deliveryCount };
  return 'event' in decoded
    ? { ...origin, event: decoded.event }
    : { ...origin, ...decoded, body: message.data, headers };
}

function consumerConfig(options: ConsumerOptions, after_sequence: number) {
  const start = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after_sequence + 1 };
  return {
    durable_name: options.durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(options.ack_wait_ms ?? 30_000),
    max_ack_pending: 1,
    max_deliver: -1,
    filter_subjects: options.subjects,
    ...(after_sequence > 0 ? start : { deliver_policy: DeliverPolicy.All }),
  };
}

async function ensureConsumer(wire: Wire, options: ConsumerOptions, after_sequence: number): Promise<void> {
  const stream = streams[options.stream].name;
  const { ack_wait, filter_subjects } = consumerConfig(options, after_sequence);
  await withPatience(wire, `setting up ${options.durable}`, async () => {
    const standing = await standingConsumer(wire, stream, options.durable);
    if (!standing) await wire.jsm.consumers.add(stream, consumerConfig(options, after_sequence));
    else if (differs(standing, ack_wait, filter_subjects)) {
      await wire.jsm.consumers.update(stream, options.durable, { ack_wait, filter_subjects });
    }
  });
}

const standingConsumer = ({ jsm }: Wire, stream: string, durable: string): Promise<ConsumerInfo | null> =>
  jsm.consumers.info(stream, durable).catch((error: Error) => {
    if (isMissing(error)) return null;
    throw error;
  });

async function resetConsumer(wire: Wire, options: ConsumerOptions, after_sequence: number): Promise<void> {
  const stream = streams[options.stream].name;
  await withPatience(wire, `setting back ${options.durable}`, async () => {
    await wire.jsm.consumers.delete(stream, options.durable).catch((error: Error) => {
      if (!isMissing(error)) throw error;
    });
    await wire.jsm.consumers.add(stream, consumerConfig(options, after_sequence)).catch((error: Error) => {
      throw new Error(`another process made it first: ${error.message}`);
    });
  });
}

function differs({ config }: ConsumerInfo, ack_wait: number, subjects: string[]): boolean {
  const standing = config.filter_subjects ?? (config.filter_subject ? [config.filter_subject] : []);
  return config.ack_wait !== ack_wait || JSON.stringify([...standing].sort()) !== JSON.stringify([...subjects].sort());
}

function isMissing(error: Error): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { type StreamClass, streams } from '@evenkeel/contracts';
import { type Consumer, type ConsumerMessages, DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { decodeEvent, type WireMessage } from './cloud-events.ts';
import { onReconnect, type Wire } from './nats-wire.ts';
import { withPatience } from './patience.ts';
import { NoEvent, type StoredEvent } from './port.ts';

/** Short enough to notice within seconds that a consumer is no more. */
const pulling = { max_messages: 100, expires: 10_000, idle_heartbeat: 2_000 };

export type StoredMessage = WireMessage & Omit<StoredEvent, 'event'>;

/** First value of each header, by its name in lower case. */
export function wireHeaders(headers: Iterable<[string, string[]]> | undefined): Record<string, string> {
  return Object.fromEntries([...(headers ?? [])].map(([name, values]) => [name.toLowerCase(), values[0] ?? '']));
}

/** The last event of a subject, as the stream's leader has it; null where there is none. Fails with NoEvent where it cannot be decoded. */
export async function lastStored(wire: Wire, stream: StreamClass, subject: string): Promise<StoredEvent | null> {
  const query = { last_by_subj: subject };
  const found = await withPatience(wire, `reading ${streams[stream].name}`, () =>
    wire.jsm.streams.getMessage(streams[stream].name, query),
  );
  if (!found) return null;
  const decoded = await decodeEvent({ headers: wireHeaders(found.header), body: found.data });
  if ('reason' in decoded) throw new NoEvent(`what is stored at ${subject} is no event: ${decoded.reason}`);
  return { subject: found.subject, sequence: found.seq, stored_at: Date.parse(found.timestamp), event: decoded.event };
}

/** Stored messages until none is left; goes on after a lost connection where it was. */
export async function* readMessages(
  wire: Wire,
  stream: StreamClass,
  subjects: string[],
  from: number,
): AsyncGenerator<StoredMessage> {
  let next = Math.max(1, from);
  let progress = performance.now();
  for (;;) {
    let consumer: Consumer | null = null;
    try {
      consumer = await orderedConsumer(wire, stream, subjects, next);
      for (let left = (await consumer.info(true)).num_pending; left > 0; ) {
        left = (await consumer.info()).num_pending;
        for await (const message of await consumer.fetch({ max_messages: 32, expires: 1_000 })) {
          yield storedMessage(message);
          next = message.seq + 1;
          left = message.info.pending;
          progress = performance.now();
          if (left === 0) break;
        }
      }
      return;
    } catch (error) {
      if (wire.closed.aborted || performance.now() - progress > wire.patience_ms) throw error;
      await sleep(250);
    } finally {
      await consumer?.delete().catch(() => {});
    }
  }
}

/** The same, but waits for new ones until the signal. */
export function followMessages(
  wire: Wire,
  stream: StreamClass,
  subjects: string[],
  from: 'new' | 'all',
  signal: AbortSignal,
): AsyncGenerator<StoredMessage> {
  const start = from === 'all' ? Promise.resolve(1) : endOf(wire, stream);
  start.catch(() => {});
  return (async function* () {
    for (let next = await start; !signal.aborted; ) {
      let messages: ConsumerMessages | null = null;
      const stop = () => messages?.stop();
      signal.addEventListener('abort', stop);
      const unwatch = onReconnect(wire, stop);
      try {
        messages = await (await orderedConsumer(wire, stream, subjects, next)).consume(pulling);
        if (signal.aborted) messages.stop();
        for await (const message of messages) {
          yield storedMessage(message);
          next = message.seq + 1;
        }
      } catch {
        await sleep(500);
      } finally {
        signal.removeEventListener('abort', stop);
        unwatch();
        stop();
      }
    }
  })();
}

function storedMessage({ subject, seq: sequence, timestamp, data: body, headers }: JsMsg): StoredMessage {
  return { subject, sequence, stored_at: Date.parse(timestamp), body, headers: wireHeaders(headers) };
}

/** Messages that are events; what is not is passed over. */
export async function* eventsOf(messages: AsyncIterable<StoredMessage>): AsyncGenerator<StoredEvent> {
  for await (const { subject, sequence, stored_at, headers, body } of messages) {
    const decoded = await decodeEvent({ headers, body });
    if ('event' in decoded) yield { subject, sequence, stored_at, event: decoded.event };
  }
}

async function endOf({ jsm, ...wire }: Wire, stream: StreamClass): Promise<number> {
  const info = () => jsm.streams.info(streams[stream].name);
  const { state } = await withPatience({ ...wire, jsm }, `reading ${streams[stream].name}`, info);
  return state.last_seq + 1;
}

async function orderedConsumer({ js }: Wire, stream: StreamClass, subjects: string[], next: number): Promise<Consumer> {
  return js.consumers.get(streams[stream].name, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: next,
    inactive_threshold: 60_000,
    ...(subjects.length > 0 && { filter_subjects: subjects }),
  });
}

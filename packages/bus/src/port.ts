import type { CloudEvent, StreamClass } from '@evenkeel/contracts';

/** An event on its way out. */
export type Outgoing = {
  stream: StreamClass;
  subject: string;
  event: CloudEvent;
  /** True where its subject may hold one message for ever: stored with expected-last-subject-sequence 0. */
  once: boolean;
  /** What tells a duplicate, by default the event's id: an event that is said again on purpose has another. */
  message_id?: string;
};

export type Published =
  | { status: 'stored'; sequence: number }
  /** The same id was stored before; nothing was added. */
  | { status: 'duplicate'; sequence: number }
  /** Only with `once`: its subject holds a message already (with the same id or another): that one is the truth. */
  | { status: 'conflict'; sequence: number; stored: CloudEvent };

export type Delivery = {
  stream: StreamClass;
  subject: string;
  sequence: number;
  /** 1 at the first delivery. */
  attempt: number;
  event: CloudEvent;
  ack: () => Promise<void>;
  /** Deliver again after so many milliseconds. */
  retry: (delay_ms: number) => Promise<void>;
};

/** What could not be decoded arrives as a poison delivery: it has no event, but can be acknowledged once it is laid aside. */
export type Poison = Omit<Delivery, 'event'> & { reason: string; body: Uint8Array; headers: Record<string, string> };

export type ConsumerOptions = {
  stream: StreamClass;
  /** Name shared by all replicas that share the work. */
  durable: string;
  subjects: string[];
  /** Time after which an unacknowledged message is delivered again, milliseconds. */
  ack_wait_ms?: number;
};

export type Consumption = {
  /** Stops pulling, waits for the message in hand, leaves the durable in place. */
  stop: () => Promise<void>;
  /** Last sequence acknowledged with all before it; 0 where none. */
  acknowledged: () => Promise<number>;
  /** Delivers again everything after this stream sequence. */
  rewind: (after_sequence: number) => Promise<void>;
  /** Messages not yet delivered. */
  pending: () => Promise<number>;
};

export type StoredEvent = {
  subject: string;
  sequence: number;
  /** When it was stored, by the clock that all streams of the bus share: what of two streams came first. */
  stored_at: number;
  event: CloudEvent;
};

/** A message that could not be handled, as it came off the wire, where it came from and why it was laid aside. */
export type Letter = {
  service: string;
  stream: StreamClass;
  subject: string;
  sequence: number;
  reason: string;
  /** All of it, gzipped where it would not fit else and the headers say so; where `size` is set only its head. */
  body: Uint8Array;
  /** Bytes that it had, where they are too many to be kept. */
  size?: number;
  headers: Record<string, string>;
};

/** `buried` is its place among all letters. */
export type DeadLetter = Letter & { buried: number };

/** A value with the revision by which it may be changed. */
export type LedgerEntry = { key: string; value: unknown; revision: number };

/** Facts that may never be lost or doubled; every change is a compare-and-set. Keys are tokens joined by dots. */
export type Ledger = {
  /** The new revision, or null where the key exists. */
  create: (key: string, value: unknown) => Promise<number | null>;
  /** The new revision, or null where the revision is not the latest. */
  update: (key: string, value: unknown, revision: number) => Promise<number | null>;
  get: (key: string) => Promise<LedgerEntry | null>;
  /** False where the revision is not the latest. */
  remove: (key: string, revision: number) => Promise<boolean>;
  /** Entries whose keys start with this prefix, a whole number of tokens; in order of keys. */
  list: (prefix: string) => Promise<LedgerEntry[]>;
};

export type Bus = {
  publish: (outgoing: Outgoing) => Promise<Published>;
  /**
   * One message at a time, in order (`max_ack_pending` 1). The handler answers with `ack` or `retry` before its promise settles;
   * where it does neither or throws, the message comes again after the bus's own back-off. It must not await `stop`.
   */
  consume: (options: ConsumerOptions, handle: (delivery: Delivery | Poison) => Promise<void>) => Promise<Consumption>;
  /** What the consumer of that name has acknowledged, as `Consumption.acknowledged`, without becoming one; 0 where there is none. */
  acknowledged: (consumer: Pick<ConsumerOptions, 'stream' | 'durable'>) => Promise<number>;
  /** How many wait for a message of the consumer of that name, in whatever process; null where there is no such consumer. A moment without any may lie between two messages. */
  takers: (consumer: Pick<ConsumerOptions, 'stream' | 'durable'>) => Promise<number | null>;
  /** Lays a message aside in the dead-letter stream, with where it came from and why. */
  bury: (letter: Letter) => Promise<void>;
  /** What was laid aside, oldest first, from a place in that stream on, until none is left. */
  letters: (from_buried?: number) => AsyncIterable<DeadLetter>;
  /** Throws a letter away; false where there is none at that place. */
  drop_letter: (buried: number) => Promise<boolean>;
  /** Stored events of these subjects (wildcards as in NATS), oldest first, from a stream sequence on, until none is left. */
  read: (stream: StreamClass, subjects: string[], from_sequence?: number) => AsyncIterable<StoredEvent>;
  /** The same, but goes on waiting for new ones until the signal. */
  follow: (
    stream: StreamClass,
    subjects: string[],
    from: 'new' | 'all',
    signal: AbortSignal,
  ) => AsyncIterable<StoredEvent>;
  /** The last stored event of a subject; wildcards as in NATS. Fails with NoEvent where what is stored last is none. */
  last: (stream: StreamClass, subject: string) => Promise<StoredEvent | null>;
  ledger: Ledger;
  /** Null while all is well, else what is wrong. */
  trouble: () => string | null;
  /** The largest encoded body that it takes, bytes. */
  max_payload: () => number;
  close: () => Promise<void>;
};

/** What is stored is no event: another program wrote it. */
export class NoEvent extends Error {
  override name = 'NoEvent';
}

/** An event that is too large for the server is refused, never cut. */
export class EventTooLarge extends Error {
  override name = 'EventTooLarge';
}

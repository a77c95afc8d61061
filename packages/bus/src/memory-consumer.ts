import { backOff } from './back-off.ts';
import type { Kept, MemoryStream } from './memory-stream.ts';
import type { ConsumerOptions, Consumption, Delivery } from './port.ts';
import { subjectFilter } from './subjects.ts';

type Handle = (delivery: Delivery) => Promise<void>;
type Hand = { handle: Handle; done: Promise<void> };

/** `changed` is told whenever it may have become idle. */
export type ConsumerHooks = { wait: (delay_ms: number) => Promise<void>; changed: () => void };

export type MemoryConsumer = {
  attach: (handle: Handle) => Consumption;
  acknowledged: () => number;
  takers: () => number;
  idle: () => boolean;
};

/** A durable: one message in hand at a time, in order, whoever of its handlers is next. */
export function createMemoryConsumer(
  stream: MemoryStream,
  options: ConsumerOptions,
  hooks: ConsumerHooks,
): MemoryConsumer {
  const wanted = subjectFilter(options.subjects);
  const handlers: Handle[] = [];
  let queue: Kept[] = [];
  let floor = 0;
  let generation = 0;
  let turn = 0;
  let pumping = false;
  let delivering = false;
  let hand: Hand | null = null;

  const queueFrom = (messages: Kept[]) => {
    for (const message of queue) message.waiting--;
    for (const message of messages) message.waiting++;
    queue = messages;
  };
  const restart = (after_sequence: number) => {
    generation++;
    floor = after_sequence;
    queueFrom(handlers.length > 0 ? stream.from(floor + 1, options.subjects) : []);
  };

  /** Milliseconds until the next attempt, or null once acknowledged. */
  const offer = async (message: Kept, attempt: number, handle: Handle): Promise<number | null> => {
    const born = generation;
    let answer: number | null = backOff(attempt);
    const ack = async () => {
      answer = null;
      if (born === generation) floor = message.sequence;
    };
    const retry = async (delay_ms: number) => {
      if (answer !== null) answer = delay_ms;
    };
    const { subject, sequence, event } = message;
    const done = handle({ stream: options.stream, subject, sequence, attempt, event, ack, retry }).catch(() => {});
    hand = { handle, done };
    await done;
    hand = null;
    return answer;
  };

  const deliver = async (message: Kept) => {
    const born = generation;
    for (let attempt = 1; ; attempt++) {
      const handle = handlers[turn++ % handlers.length];
      if (!handle || message.gone) return;
      const delay = await offer(message, attempt, handle);
      if (born !== generation) return;
      if (delay === null) return;
      await hooks.wait(delay);
      if (born !== generation) return;
    }
  };

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    await null;
    for (let message = queue[0]; message && handlers.length > 0; message = queue[0]) {
      delivering = true;
      await deliver(message);
      delivering = false;
      if (queue[0] === message && (message.gone || message.sequence <= floor)) {
        queue.shift();
        message.waiting--;
      }
    }
    pumping = false;
    hooks.changed();
  };

  stream.listen((message) => {
    if (handlers.length === 0 || !wanted(message.subject)) return;
    message.waiting++;
    queue.push(message);
    void pump();
  });

  const attach = (handle: Handle): Consumption => {
    handlers.push(handle);
    if (handlers.length === 1) restart(floor);
    void pump();
    return {
      stop: async () => {
        const index = handlers.indexOf(handle);
        if (index >= 0) handlers.splice(index, 1);
        if (hand?.handle === handle) await hand.done;
        if (handlers.length === 0) restart(floor);
        hooks.changed();
      },
      acknowledged: async () => floor,
      rewind: async (after_sequence) => {
        restart(after_sequence);
        void pump();
      },
      pending: async () => queue.length - (delivering && queue.length > 0 ? 1 : 0),
    };
  };
  return {
    attach,
    acknowledged: () => floor,
    takers: () => handlers.length,
    idle: () => handlers.length === 0 || (queue.length === 0 && !pumping),
  };
}

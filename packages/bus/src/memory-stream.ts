import type { CloudEvent } from '@evenkeel/contracts';
import type { Outgoing, Published } from './port.ts';
import { subjectFilter } from './subjects.ts';

/** `born` is the time of its publishing; `waiting` counts the consumers that have yet to acknowledge it; `gone` is set once it was dropped. */
export type Kept = {
  subject: string;
  sequence: number;
  stored_at: number;
  born: number;
  event: CloudEvent;
  waiting: number;
  gone: boolean;
};

/** How much is kept, and for how long (milliseconds). What a consumer still waits for is dropped only at `backlog`. */
export type StreamLimits = { per_subject: number; total: number; max_age_ms: number; backlog: number; ids: number };

export type MemoryStream = ReturnType<typeof createMemoryStream>;

/** An ordered log that keeps events by reference and within limits; `clock` says of each when it came, and `now` how old it is. */
export function createMemoryStream(limits: StreamLimits, clock: () => number, now: () => number) {
  const log = new Map<number, Kept>();
  const bySubject = new Map<string, Kept[]>();
  const ids = new Map<string, number>();
  const listeners = new Set<(message: Kept) => void>();
  let sequence = 0;

  const drop = (message: Kept) => {
    message.gone = true;
    log.delete(message.sequence);
    const same = bySubject.get(message.subject) ?? [];
    same.splice(same.indexOf(message), 1);
    if (same.length === 0) bySubject.delete(message.subject);
  };
  const trim = (same: Kept[]) => {
    const oldest = same[0];
    if (oldest && same.length > limits.per_subject && (oldest.waiting === 0 || same.length > limits.backlog)) {
      drop(oldest);
      trim(same);
    }
    const first = log.size > limits.total ? log.values().next().value : undefined;
    if (first && (first.waiting === 0 || log.size > limits.total + limits.backlog)) drop(first);
  };
  const expire = () => {
    const oldest = now() - limits.max_age_ms;
    for (const message of log.values()) {
      if (message.born >= oldest || message.waiting > 0) return;
      drop(message);
    }
  };
  const remember = (id: string, at: number) => {
    ids.set(id, at);
    if (ids.size > limits.ids) ids.delete(ids.keys().next().value as string);
  };
  const last = (subject: string) => bySubject.get(subject)?.at(-1) ?? null;

  const add = ({ subject, event, message_id }: Outgoing): Kept => {
    const at = { sequence: ++sequence, stored_at: clock(), born: now() };
    const message: Kept = { subject, ...at, event, waiting: 0, gone: false };
    log.set(message.sequence, message);
    const same = bySubject.get(subject) ?? [];
    same.push(message);
    bySubject.set(subject, same);
    remember(message_id ?? event.id, message.sequence);
    for (const listener of listeners) listener(message);
    trim(same);
    expire();
    return message;
  };

  return {
    publish(outgoing: Outgoing): Published {
      const { subject, event, once, message_id } = outgoing;
      const standing = once ? last(subject) : null;
      if (standing) return { status: 'conflict', sequence: standing.sequence, stored: standing.event };
      const before = ids.get(message_id ?? event.id);
      if (before !== undefined) return { status: 'duplicate', sequence: before };
      return { status: 'stored', sequence: add(outgoing).sequence };
    },
    last,
    /** What is kept from this sequence on, oldest first. */
    from(first: number, subjects: readonly string[]): Kept[] {
      const wanted = subjectFilter(subjects);
      return [...log.values()].filter((message) => message.sequence >= first && wanted(message.subject));
    },
    listen(listener: (message: Kept) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

import { type Bus, type StoredEvent, subjectFilter } from '@evenkeel/bus';
import type { StreamClass } from '@evenkeel/contracts';
import type { Replayed } from './recall.ts';
import { withRoomyHeap } from './roomy-heap.ts';

/** Stored events of these subjects, between two places in a stream; and after the first of them all that were `said`. */
export type Range = { subjects: string[]; said: string[]; after: number; up_to: number };
export type Ranges = ReadonlyMap<StreamClass, Range>;

/** A place in the room: who takes it either reads or leaves, and the others wait for that. */
export type Seat = {
  /** Hands over what is stored in these ranges, in the order in which it was stored, whatever its stream. */
  read: (ranges: Ranges, take: (stored: Replayed) => Promise<void>) => Promise<void>;
  leave: () => void;
};

type Reader = {
  wants: (stored: Replayed) => boolean;
  take: (stored: Replayed) => Promise<void>;
  done: PromiseWithResolvers<void>;
};
type Asked = { ranges: Ranges; reader: Reader };

/** Where services of a process read old events together, so that each is fetched, unpacked and validated once for all of them. */
export function createReadingRoom(bus: Pick<Bus, 'read'>): { enter: () => Seat } {
  let undecided = 0;
  let asked: Asked[] = [];
  const start = (all: Asked[]): void => void withRoomyHeap(() => readTogether(bus, all));
  const enter = (): Seat => {
    let isDecided = false;
    undecided += 1;
    const leave = (): void => {
      if (isDecided) return;
      isDecided = true;
      undecided -= 1;
      if (undecided === 0 && asked.length > 0) start(asked.splice(0));
    };
    const read: Seat['read'] = (ranges, take) => {
      const done = Promise.withResolvers<void>();
      asked = [...asked, { ranges, reader: { wants: wantsOf(ranges), take, done } }];
      leave();
      return done.promise;
    };
    return { read, leave };
  };
  return { enter };
}

function wantsOf(ranges: Ranges): Reader['wants'] {
  const filters = Array.from(ranges, ([stream, { subjects, said, ...places }]) => {
    return [stream, { ...places, isHeard: matching(subjects), wasSaid: matching(said) }] as const;
  });
  const wanted = new Map(filters);
  return ({ stream, sequence, subject }) => {
    const range = wanted.get(stream);
    if (!range || sequence <= range.after) return false;
    return (sequence <= range.up_to && range.isHeard(subject)) || range.wasSaid(subject);
  };
}

const matching = (subjects: string[]): ((subject: string) => boolean) =>
  subjects.length === 0 ? () => false : subjectFilter(subjects);

/** Who fails reads no further; the others go on. */
async function readTogether(bus: Pick<Bus, 'read'>, asked: readonly Asked[]): Promise<void> {
  const readers = new Set(asked.map(({ reader }) => reader));
  const give = async (reader: Reader, stored: Replayed): Promise<void> => {
    try {
      await reader.take(stored);
    } catch (error) {
      readers.delete(reader);
      reader.done.reject(error);
    }
  };
  try {
    for await (const stored of inOrder(bus, span(asked.map(({ ranges }) => ranges)))) {
      await Promise.all([...readers].filter(({ wants }) => wants(stored)).map((reader) => give(reader, stored)));
      if (readers.size === 0) return;
    }
    for (const { done } of readers) done.resolve();
  } catch (error) {
    for (const { done } of readers) done.reject(error);
  }
}

/** Where two were stored in the same moment, telemetry leads to commands, and both lead to decisions. */
const streamOrder: StreamClass[] = ['telemetry', 'commands', 'decisions'];

/** The least that holds all of these. */
function span(all: readonly Ranges[]): Ranges {
  return new Map(
    streamOrder.flatMap((stream) => {
      const ranges = all.flatMap((one) => one.get(stream) ?? []);
      if (ranges.length === 0) return [];
      const said = [...new Set(ranges.flatMap((range) => range.said))];
      const subjects = [...new Set([...ranges.flatMap((range) => range.subjects), ...said])];
      const after = Math.min(...ranges.map((range) => range.after));
      const up_to = said.length > 0 ? Number.POSITIVE_INFINITY : Math.max(...ranges.map((range) => range.up_to));
      return [[stream, { subjects, said, after, up_to }]];
    }),
  );
}

/** Of several streams what was stored first; the next of each is fetched while one is handled. */
async function* inOrder(bus: Pick<Bus, 'read'>, ranges: Ranges): AsyncGenerator<Replayed> {
  const heads = Array.from(ranges, ([stream, { subjects, after, up_to }]) => {
    const events = bus.read(stream, subjects, after + 1)[Symbol.asyncIterator]();
    return { stream, up_to, events, next: ahead(events) };
  });
  try {
    for (;;) {
      let first: { head: (typeof heads)[number]; stored: StoredEvent } | undefined;
      for (const head of heads) {
        const { done, value } = await head.next;
        if (done || value.sequence > head.up_to) continue;
        if (!first || value.stored_at < first.stored.stored_at) first = { head, stored: value };
      }
      if (!first) return;
      first.head.next = ahead(first.head.events);
      yield { ...first.stored, stream: first.head.stream };
    }
  } finally {
    await Promise.all(heads.map(({ events }) => events.return?.()));
  }
}

/** Asked for before it is awaited, so that its failure waits too. */
function ahead(events: AsyncIterator<StoredEvent>): Promise<IteratorResult<StoredEvent>> {
  const next = events.next();
  next.catch(() => {});
  return next;
}

import type { Kept, MemoryStream } from './memory-stream.ts';
import type { StoredEvent } from './port.ts';
import { subjectFilter } from './subjects.ts';

export function storedEventOf({ subject, sequence, stored_at, event }: Kept): StoredEvent {
  return { subject, sequence, stored_at, event };
}

/** What is kept of these subjects, until none is left. */
export async function* readKept(stream: MemoryStream, subjects: string[], from: number): AsyncGenerator<StoredEvent> {
  let first = from;
  for (let batch = stream.from(first, subjects); batch.length > 0; batch = stream.from(first, subjects)) {
    for (const message of batch) yield storedEventOf(message);
    first = (batch.at(-1)?.sequence ?? first) + 1;
  }
}

/** Listens from the call on, even before the first event is asked for. */
export function followKept(
  stream: MemoryStream,
  subjects: string[],
  from: 'new' | 'all',
  signal: AbortSignal,
): AsyncGenerator<StoredEvent> {
  const wanted = subjectFilter(subjects);
  const queue = from === 'all' ? stream.from(1, subjects) : [];
  let wake = () => {};
  const unlisten = stream.listen((message) => {
    if (wanted(message.subject)) queue.push(message);
    wake();
  });
  signal.addEventListener('abort', () => wake());

  return (async function* () {
    try {
      while (!signal.aborted) {
        const message = queue.shift();
        if (message) yield storedEventOf(message);
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      unlisten();
    }
  })();
}

import type { StoredEvent } from '@evenkeel/bus';
import type { StreamClass } from '@evenkeel/contracts';
import type { Write } from '@evenkeel/store';
import { createAskHandler } from './ask-handler.ts';
import { type Bench, commit } from './bench.ts';
import { receiptSeconds } from './decide.ts';
import { typeOf } from './envelope.ts';
import { HandlerFailed, marked } from './outside.ts';
import { createReadWork, Unreadable } from './read-work.ts';
import { emptyCache, openBuffer } from './state.ts';

export type Replayed = StoredEvent & { stream: StreamClass };

/** Handles again what was acknowledged and then forgotten. Trouble outside is thrown, after which nothing more may be asked of it. */
export type Recall = {
  /** In the order in which it was stored. */
  take: (stored: Replayed) => Promise<void>;
  /** Commits what is not yet. */
  finish: () => Promise<void>;
};

type Batch = { causes: Set<string>; positions: Map<StreamClass, number>; writes: Map<string, Write> };

/** So many events are committed at once: few enough that little is done again after a crash. */
const mostPerCommit = 64;
const emptyBatch = (): Batch => ({ causes: new Set(), positions: new Map(), writes: new Map() });

/**
 * Says nothing, for all was said when the events were handled first, and commits many at a time upon the version that it was opened
 * at: who opens it before asking how far the store has come learns at a commit whether the store forgot, or another committed, since.
 */
export function openRecall(bench: Bench): Recall {
  const { ground, scope, cluster, log } = bench;
  const records = marked(ground.store);
  const ask = createAskHandler(bench);
  const { handlers, remembers } = bench.service;
  const readWork = createReadWork(bench, new Map([...handlers, ...remembers]));
  const heard = new Set([...handlers.keys()].map(typeOf));
  const cache = emptyCache();
  let version = bench.seen;
  let batch = emptyBatch();

  const finish = async (): Promise<void> => {
    if (batch.causes.size === 0) return;
    const committed = await commit(bench, {
      expected_version: version,
      causes: [...batch.causes],
      receipt_ttl_seconds: receiptSeconds,
      positions: Array.from(batch.positions, ([stream, sequence]) => ({ stream, sequence })),
      writes: [...batch.writes.values()],
      outbox: [],
    });
    if (committed === null) throw new Error('the store was changed while it was built again');
    version = committed;
    batch = emptyBatch();
  };

  const decide = async (stored: Replayed): Promise<readonly Write[]> => {
    const { work, span } = readWork(stored);
    const buffer = openBuffer(records, cluster, cache);
    try {
      await ask({ ...work, trace: span.traceparent, recalled: true }, buffer);
      span.end();
    } catch (error) {
      span.end(error);
      throw error;
    }
    buffer.keep(version);
    return buffer.writes();
  };

  return {
    take: async (stored) => {
      const { event, stream, sequence } = stored;
      if (batch.causes.has(event.id) || (await ground.store.handled(scope, event.id))) return;
      try {
        for (const write of await decide(stored)) batch.writes.set(JSON.stringify([write.record, write.part]), write);
      } catch (error) {
        if (!(error instanceof Unreadable || error instanceof HandlerFailed)) throw error;
        const fields = { error, event_id: event.id, sequence };
        log.warn(fields, 'an old event cannot be handled again; it is passed over');
      }
      batch.causes.add(event.id);
      if (heard.has(event.type)) batch.positions.set(stream, sequence);
      if (batch.causes.size >= mostPerCommit) await finish();
    },
    finish,
  };
}

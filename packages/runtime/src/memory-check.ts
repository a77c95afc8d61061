import type { Consumption } from '@evenkeel/bus';
import { type StreamClass, streams } from '@evenkeel/contracts';
import type { Store } from '@evenkeel/store';
import type { Log } from './define-service.ts';
import type { Range, Ranges, Seat } from './reading-room.ts';
import type { Recall } from './recall.ts';
import type { Worker } from './worker.ts';

/** Holds what the store has applied against what was acknowledged; while it looks, nothing is handled. */
export type MemoryCheck = {
  /** Looks until it knows; where the store has forgotten, what came since is handled again, in the order in which it was stored. */
  check: () => Promise<void>;
  isOpen: (stream: StreamClass) => boolean;
  trouble: () => string | null;
};

type Given = {
  service: string;
  cluster: string;
  /** Whose old events must be handled again, see `Recall`. */
  recalled: (stream: StreamClass) => string[];
  /** Where it remembers what it said itself, see `saidOf`. */
  said: (stream: StreamClass) => string[];
  consumptions: ReadonlyMap<StreamClass, Pick<Consumption, 'acknowledged'>>;
  worker: Pick<Worker, 'flush' | 'recall'>;
  /** Where it reads what it must handle again. */
  room: { enter: () => Seat };
  store: Store;
  log: Log;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createMemoryCheck(given: Given): MemoryCheck {
  const { service, cluster, recalled, said, consumptions, worker, room, store, log } = given;
  const open = new Set<StreamClass>();
  let trouble: string | null = 'comparing what is remembered with what was acknowledged';
  let running: Promise<void> | undefined;

  /** What of each stream was acknowledged and is not known, with what was said because of it; nothing where all is known. */
  const forgotten = async (): Promise<Ranges> => {
    const all = new Map<StreamClass, Range>();
    for (const stream of Object.keys(streams) as StreamClass[]) {
      if (!consumptions.has(stream) && said(stream).length === 0) continue;
      const after = await store.position({ service, cluster }, stream);
      const up_to = (await consumptions.get(stream)?.acknowledged()) ?? 0;
      all.set(stream, { subjects: after < up_to ? recalled(stream) : [], said: said(stream), after, up_to });
    }
    const isKnown = [...all.values()].every(({ after, up_to }) => after >= up_to);
    return isKnown ? new Map() : new Map([...all].filter(([, range]) => range.subjects.length + range.said.length > 0));
  };

  /** How many events it handled again. */
  const recall = async ({ take, finish }: Recall, ranges: Ranges, seat: Seat): Promise<number> => {
    const counts = new Map<StreamClass, number>();
    await seat.read(ranges, async (stored) => {
      const { stream, sequence } = stored;
      const { after: applied, up_to: acknowledged } = ranges.get(stream) as Range;
      const fields = { service, cluster, stream, applied, acknowledged };
      if (!counts.has(stream)) log.warn(fields, 'the store has forgotten: handling again');
      counts.set(stream, (counts.get(stream) ?? 0) + 1);
      trouble = `the store has forgotten: ${service} handles ${stream} again, ${sequence} of ${Math.max(sequence, acknowledged)}`;
      await take(stored);
    });
    await finish();
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  };

  const look = async (seat: Seat): Promise<void> => {
    const began = performance.now();
    await worker.flush();
    const opened = await worker.recall();
    const ranges = await forgotten();
    const events = ranges.size > 0 ? await recall(opened, ranges, seat) : 0;
    for (const stream of consumptions.keys()) open.add(stream);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    if (events > 0) log.info({ service, cluster, events, seconds }, 'what was forgotten is known again');
  };

  const insist = async (): Promise<void> => {
    open.clear();
    for (let attempt = 1; ; attempt++) {
      trouble = 'comparing what is remembered with what was acknowledged';
      const seat = room.enter();
      try {
        await look(seat);
        trouble = null;
        return;
      } catch (error) {
        if (attempt === 1)
          log.warn({ service, cluster, error }, 'could not compare the store with the streams; it is tried again');
      } finally {
        seat.leave();
      }
      await pause(Math.min(5_000, 100 * 2 ** attempt));
    }
  };

  return {
    check: () => {
      running ??= insist().finally(() => {
        running = undefined;
      });
      return running;
    },
    isOpen: (stream) => open.has(stream),
    trouble: () => trouble,
  };
}

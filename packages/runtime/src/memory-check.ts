import type { Bus, Consumption } from '@evenkeel/bus';
import type { StreamClass } from '@evenkeel/contracts';
import type { Store } from '@evenkeel/store';
import type { Log } from './define-service.ts';
import type { Worker } from './worker.ts';

/** Holds what the store has applied against what was acknowledged; while it looks, nothing is handled. */
export type MemoryCheck = {
  /** Looks until it knows; where the store has forgotten, what came since is handled again, decisions first. */
  check: () => Promise<void>;
  isOpen: (stream: StreamClass) => boolean;
  trouble: () => string | null;
};

type Given = {
  service: string;
  cluster: string;
  /** Whose old events must be handled again, see `Recall`. */
  recalled: (stream: StreamClass) => string[];
  consumptions: ReadonlyMap<StreamClass, Consumption>;
  worker: Pick<Worker, 'flush' | 'replay'>;
  bus: Bus;
  store: Store;
  log: Log;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createMemoryCheck(given: Given): MemoryCheck {
  const { service, cluster, recalled, consumptions, worker, bus, store, log } = given;
  const open = new Set<StreamClass>();
  let trouble: string | null = 'comparing what is remembered with what was acknowledged';
  let running: Promise<void> | undefined;

  /** How many events of a stream were acknowledged and are not known, all of which it handles again. */
  const recall = async (stream: StreamClass): Promise<number> => {
    const after = await store.position({ service, cluster }, stream);
    const upTo = (await consumptions.get(stream)?.acknowledged()) ?? 0;
    let events = 0;
    if (after >= upTo) return events;
    for await (const stored of bus.read(stream, recalled(stream), after + 1)) {
      if (stored.sequence > upTo) break;
      if (events++ === 0)
        log.warn(
          { service, cluster, stream, applied: after, acknowledged: upTo },
          'the store has forgotten: handling again',
        );
      trouble = `the store has forgotten: ${service} handles ${stream} again, ${stored.sequence} of ${upTo}`;
      await worker.replay({ ...stored, stream });
    }
    return events;
  };

  const look = async (): Promise<void> => {
    const began = performance.now();
    await worker.flush();
    let events = 0;
    for (const stream of consumptions.keys()) events += await recall(stream);
    for (const stream of consumptions.keys()) open.add(stream);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    if (events > 0) log.info({ service, cluster, events, seconds }, 'what was forgotten is known again');
  };

  const insist = async (): Promise<void> => {
    open.clear();
    for (let attempt = 1; ; attempt++) {
      trouble = 'comparing what is remembered with what was acknowledged';
      try {
        await look();
        trouble = null;
        return;
      } catch (error) {
        if (attempt === 1)
          log.warn({ service, cluster, error }, 'could not compare the store with the streams; it is tried again');
        await pause(Math.min(5_000, 100 * 2 ** attempt));
      }
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

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
  subjects: ReadonlyMap<StreamClass, string[]>;
  consumptions: ReadonlyMap<StreamClass, Consumption>;
  worker: Pick<Worker, 'flush'>;
  bus: Bus;
  store: Store;
  log: Log;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createMemoryCheck(given: Given): MemoryCheck {
  const { service, cluster, subjects, consumptions, worker, bus, store, log } = given;
  const open = new Set<StreamClass>();
  let trouble: string | null = 'comparing what is remembered with what was acknowledged';
  let running: Promise<void> | undefined;

  const forgotten = async (stream: StreamClass): Promise<number | null> => {
    const consumption = consumptions.get(stream)!;
    const after = await store.position({ service, cluster }, stream);
    const upTo = await consumption.acknowledged();
    if (!(await isMissing(bus, stream, subjects.get(stream) ?? [], { after, upTo }))) return null;
    log.warn(
      { service, cluster, stream, applied: after, acknowledged: upTo },
      'the store has forgotten: handling again',
    );
    return after;
  };

  const look = async (): Promise<void> => {
    await worker.flush();
    const found: [StreamClass, number | null][] = [];
    for (const stream of consumptions.keys()) found.push([stream, await forgotten(stream)]);
    for (const [stream, after] of found) {
      const consumption = consumptions.get(stream)!;
      if (after !== null) await consumption.rewind(after);
      open.add(stream);
      const last = stream === found.at(-1)?.[0];
      while (after !== null && !last && (await consumption.pending()) > 0) await pause(100);
    }
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

/** Whether any event lies there; what was acknowledged also counts events of other subjects, which nobody has to apply. */
async function isMissing(
  bus: Bus,
  stream: StreamClass,
  subjects: string[],
  { after, upTo }: { after: number; upTo: number },
): Promise<boolean> {
  if (after >= upTo) return false;
  for await (const { sequence } of bus.read(stream, subjects, after + 1)) return sequence <= upTo;
  return false;
}

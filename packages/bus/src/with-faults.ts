import type { MemoryBus } from './memory-bus.ts';
import type { Delivery, Outgoing } from './port.ts';
import { createTangle } from './tangle.ts';

export class PublishFault extends Error {
  override name = 'PublishFault';
}

export type Faults = {
  /** Asked at the nth attempt (from 1) to publish an id: `refused` is lost, of `unanswered` only the answer is lost. */
  fail_publish?: (outgoing: Outgoing, nth: number) => 'refused' | 'unanswered' | null;
  /** Whether a message is delivered once more after it was acknowledged. */
  duplicate?: (delivery: Pick<Delivery, 'stream' | 'subject' | 'sequence'>) => boolean;
  /** Repetitions come late and in any order; of the first deliveries, up to `window` of a consumer may be overtaken (default 0). */
  shuffle?: { seed: number; window?: number };
};

/** A bus on which everything that may go wrong does; the same faults and seed, the same course of things. */
export function withFaults(bus: MemoryBus, faults: Faults): MemoryBus {
  const attempts = new Map<string, number>();
  const tangles: { release: () => Promise<boolean>; holding: () => boolean }[] = [];

  return {
    ...bus,
    publish: async (outgoing) => {
      const nth = (attempts.get(outgoing.event.id) ?? 0) + 1;
      attempts.set(outgoing.event.id, nth);
      const fault = faults.fail_publish?.(outgoing, nth) ?? null;
      if (fault === 'refused') throw new PublishFault(`attempt ${nth} at ${outgoing.event.id} was refused`);
      const published = await bus.publish(outgoing);
      if (fault === 'unanswered') throw new PublishFault(`attempt ${nth} at ${outgoing.event.id} was not answered`);
      return published;
    },
    consume: async (options, handle) => {
      const tangle = createTangle(handle, faults, tangles.length);
      tangles.push(tangle);
      return bus.consume(options, tangle.handle);
    },
    idle: () => bus.idle() && tangles.every((tangle) => !tangle.holding()),
    settled: async () => {
      do await bus.settled();
      while (await releaseOne(tangles));
    },
  };
}

async function releaseOne(tangles: { release: () => Promise<boolean> }[]): Promise<boolean> {
  for (const tangle of tangles) if (await tangle.release()) return true;
  return false;
}

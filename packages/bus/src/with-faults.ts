import type { Faults } from './faults.ts';
import type { MemoryBus } from './memory-bus.ts';
import { createTangle } from './tangle.ts';

export class PublishFault extends Error {
  override name = 'PublishFault';
}

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

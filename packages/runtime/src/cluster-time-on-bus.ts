import { type Bus, NoEvent } from '@evenkeel/bus';
import { clusterSampled, filterOf } from '@evenkeel/contracts';

/** Milliseconds by which the last look at a cluster may lie behind the machine's clock where both tell the same time. */
const sameTime = 15 * 60_000;

/**
 * Epoch milliseconds of a cluster as one who only sees the bus knows them: the machine's, but for a simulated cluster that has a
 * clock of its own. A look that cannot be read says nothing of it.
 */
export async function clusterTimeOnBus(bus: Pick<Bus, 'last'>, cluster: string, machine_now: number): Promise<number> {
  const sampled = await lastLook(bus, cluster);
  const age = machine_now - sampled;
  const hasItsOwn = age < 0 || age > sameTime;
  return hasItsOwn ? sampled : machine_now;
}

async function lastLook(bus: Pick<Bus, 'last'>, cluster: string): Promise<number> {
  try {
    const seen = await bus.last('telemetry', filterOf(clusterSampled, cluster));
    return seen ? Date.parse(seen.event.time) : Number.NaN;
  } catch (error) {
    if (error instanceof NoEvent) return Number.NaN;
    throw error;
  }
}

import type { Bus } from '@evenkeel/bus';
import { clusterSampled, filterOf } from '@evenkeel/contracts';

/** Milliseconds by which the last look at a cluster may lie behind the machine's clock where both tell the same time. */
const sameTime = 15 * 60_000;

/** Epoch milliseconds of a cluster as one who only sees the bus knows them: the machine's, but for a simulated cluster that has a clock of its own. */
export async function clusterTimeOnBus(bus: Pick<Bus, 'last'>, cluster: string, machine_now: number): Promise<number> {
  const seen = await bus.last('telemetry', filterOf(clusterSampled, cluster));
  const sampled = seen ? Date.parse(seen.event.time) : Number.NaN;
  const age = machine_now - sampled;
  const hasItsOwn = age < 0 || age > sameTime;
  return hasItsOwn ? sampled : machine_now;
}

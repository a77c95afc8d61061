import type { Bus } from '@evenkeel/bus';
import {
  type AnyEvent,
  type Automation,
  automationKey,
  type ClusterSample,
  type Config,
  clusterSampled,
  type DataOf,
  filterOf,
  type RunSummary,
  readAutomation,
  recommendationsGenerated,
  runDecided,
  token,
} from '@evenkeel/contracts';
import { activeConfig } from '@evenkeel/runtime';
import { z } from 'zod';

/** What of an execution its keeper, the executor, shows to others. */
const InFlight = z.object({
  state: z.string(),
  migration: z.object({ guest: z.string(), name: z.string(), source_node: z.string(), target_node: z.string() }),
});
export type InFlight = z.output<typeof InFlight>;

/** All that a status tells of a cluster, as the bus knows it. */
export type ClusterStatus = {
  cluster: string;
  automation: Automation;
  /** The configuration in force; null where no service has started yet. */
  config: Config | null;
  in_flight: InFlight[];
  last_run: RunSummary | null;
  sample: ClusterSample | null;
  generated: DataOf<typeof recommendationsGenerated> | null;
};

async function last<E extends AnyEvent>(bus: Bus, event: E, cluster: string): Promise<DataOf<E> | null> {
  const found = await bus.last(event.stream, filterOf(event, cluster));
  return (found && (event.data.safeParse(found.event.data).data as DataOf<E> | undefined)) ?? null;
}

export async function readStatus(bus: Bus, cluster: string): Promise<ClusterStatus> {
  const kept = await bus.ledger.list(`${token(cluster)}.migration`);
  return {
    cluster,
    automation: readAutomation((await bus.ledger.get(automationKey(cluster)))?.value),
    config: await activeConfig(bus.ledger),
    in_flight: kept
      .flatMap(({ value }) => InFlight.safeParse(value).data ?? [])
      .filter(({ state }) => state !== 'ended'),
    last_run: await last(bus, runDecided, cluster),
    sample: await last(bus, clusterSampled, cluster),
    generated: await last(bus, recommendationsGenerated, cluster),
  };
}

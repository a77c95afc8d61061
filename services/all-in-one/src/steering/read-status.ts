import type { Bus } from '@evenkeel/bus';
import {
  type AnyEvent,
  type Automation,
  automationKey,
  type ClusterSample,
  type Config,
  clusterSampled,
  configFor,
  type DataOf,
  type RunSummary,
  readAutomation,
  recommendationsGenerated,
  runDecided,
  token,
} from '@evenkeel/contracts';
import { activeConfig } from '@evenkeel/runtime';
import { z } from 'zod';
import { lastReadable } from './last-readable.ts';
import { type NotRunning, notRunning } from './not-running.ts';

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
  /** The configuration in force, as it holds there; null where no service has started yet. */
  config: Config | null;
  in_flight: InFlight[];
  last_run: RunSummary | null;
  sample: ClusterSample | null;
  generated: DataOf<typeof recommendationsGenerated> | null;
  /** Names of the events whose last one cannot be read: it is passed over. */
  unreadable: string[];
  /** Services that no process runs for it; none where none has ever run. */
  not_running: NotRunning[];
  /** Since the last sample was stored; null where there is none. */
  sample_age_ms: number | null;
};

/** Asks only what it needs; what others published in place of an event is told as unreadable. */
export async function readStatus(bus: Bus, cluster: string): Promise<ClusterStatus> {
  const unreadable: string[] = [];
  const last = async <E extends AnyEvent>(event: E): Promise<DataOf<E> | null> => {
    const found = await lastReadable(bus, event, cluster);
    if (found === 'unreadable') unreadable.push(event.name);
    return found === null || found === 'unreadable' ? null : found.data;
  };
  const sampled = await lastReadable(bus, clusterSampled, cluster);
  if (sampled === 'unreadable') unreadable.push(clusterSampled.name);
  const sample = sampled === 'unreadable' ? null : sampled;
  const config = await activeConfig(bus.ledger);
  const kept = await bus.ledger.list(`${token(cluster)}.migration`);
  return {
    cluster,
    automation: readAutomation((await bus.ledger.get(automationKey(cluster)))?.value),
    config: config && configFor(config, cluster),
    in_flight: kept
      .flatMap(({ value }) => InFlight.safeParse(value).data ?? [])
      .filter(({ state }) => state !== 'ended'),
    last_run: await last(runDecided),
    sample: sample?.data ?? null,
    generated: await last(recommendationsGenerated),
    unreadable,
    not_running: config ? await notRunning(bus, cluster) : [],
    sample_age_ms: sample && Math.max(0, Date.now() - sample.stored_at),
  };
}

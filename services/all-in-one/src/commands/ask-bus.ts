import type { Bus } from '@evenkeel/bus';
import { type AnyEvent, Config, configFor, type DataOf, subjectOf } from '@evenkeel/contracts';
import { activeConfig, clustersInForce, keptConfig } from '@evenkeel/runtime';
import { explainedCluster, missingCluster } from './explained-cluster.ts';
import { UsageError } from './fail.ts';
import type { Outline } from './read-setup.ts';
import { readNatsSetup, withBus } from './with-bus.ts';

/** Options of every command that asks what is known of a cluster. */
export type AskOptions = { config?: string; cluster?: string; json?: boolean };

export type Asked = {
  bus: Bus;
  cluster: string;
  /** The configuration in force, else that of the file and the environment. */
  config: Config;
};

/** Connects to NATS for one question about one cluster. */
export async function askBus<Answer>(
  name: string,
  options: AskOptions,
  ask: (asked: Asked) => Promise<Answer>,
): Promise<Answer> {
  const setup = readNatsSetup(options.config, () => 'what is known of a cluster is read from NATS');
  return withBus(setup.settings, name, async (bus) => {
    const { cluster, known } = await clusterAsked(bus, setup, options.cluster);
    const missing = missingCluster(cluster, known);
    if (missing) throw new UsageError(missing);
    const config = (await activeConfig(bus.ledger)) ?? setup.config ?? Config.parse({});
    return ask({ bus, config, cluster });
  });
}

/** The cluster that is asked about, and which there are. */
export async function clusterAsked(
  bus: Bus,
  { settings, config }: Outline,
  named: string | undefined,
): Promise<{ cluster: string; known: string[] }> {
  const configured = config?.clusters.map(({ name }) => name) ?? [];
  return explainedCluster(named, configured, await clustersInForce(bus.ledger), settings.pve.cluster);
}

/** What the last event of this kind said of a cluster, with the configuration that it was said under, as it holds there; a sentence for an exit code of 1 where there is none. */
export async function lastOf<E extends AnyEvent>(
  event: E,
  { bus, cluster, config }: Asked,
): Promise<{ data: DataOf<E>; config: Config }> {
  const last = await bus.last(event.stream, subjectOf(event, cluster, ''));
  if (!last)
    throw new Error(`nothing is known of cluster ${cluster} yet, or nothing new since six hours: is Evenkeel running?`);
  const parsed = event.data.safeParse(last.event.data);
  if (!parsed.success)
    throw new Error(`the last ${event.name} of cluster ${cluster} cannot be read: ${parsed.error.issues[0]?.message}`);
  const data = parsed.data as DataOf<E>;
  const { configrevision } = last.event;
  const decidedUnder = configrevision === undefined ? null : await keptConfig(bus.ledger, configrevision);
  return { data, config: configFor(decidedUnder ?? config, cluster) };
}

/** The number of a guest as somebody typed it: `105` or `qemu/105`. */
export function vmidOf(text: string): number {
  const vmid = /^(?:(?:qemu|lxc)\/)?(\d{1,9})$/.exec(text)?.[1];
  if (vmid === undefined) throw new UsageError(`${JSON.stringify(text)} is not a vmid, which is a number`);
  return Number(vmid);
}

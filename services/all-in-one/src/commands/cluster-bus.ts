import type { Bus } from '@evenkeel/bus';
import { ClusterName } from '@evenkeel/contracts';
import { clustersInForce, type Settings } from '@evenkeel/runtime';
import { UsageError } from './fail.ts';
import type { Outline } from './read-setup.ts';
import { readNatsSetup, withBus } from './with-bus.ts';

export type BusOptions = { config?: string };
export type Steering = Outline & { bus: Bus; clusters: string[] };

/** What stops everything where nobody can be asked. */
export const emergencyStop = ({ kill_switch_file }: Settings): string =>
  `To stop at once whatever is down: touch ${kill_switch_file} where the executor sees it`;

/** The clusters that a command is for: the one that is named, else all that are in force, or of its own setup where none is; UsageError where that cannot be. */
export function clustersOf(inForce: readonly string[], own: Outline, named: string | undefined): string[] {
  const known = inForce.length > 0 ? [...inForce] : ownClusters(own);
  if (named === undefined) return known;
  if (known.includes(named)) return [named];
  throw new UsageError(`no cluster ${JSON.stringify(named)}; there is ${known.join(', ')}`);
}

function ownClusters({ settings, config }: Outline): string[] {
  const { cluster, hosts } = settings.pve;
  if (config && config.clusters.length > 0) return config.clusters.map(({ name }) => name);
  if (!config && hosts.length === 0)
    throw new UsageError('no configuration is in force yet, and this one has problems: which cluster?');
  if (ClusterName.safeParse(cluster).success) return [cluster];
  throw new UsageError(`EVENKEEL_PVE_CLUSTER: ${JSON.stringify(cluster)} is not the name of a cluster`);
}

/** The only cluster there is, or the one that is named. */
export function oneOf(clusters: readonly string[]): string {
  const [cluster, ...more] = clusters;
  if (cluster !== undefined && more.length === 0) return cluster;
  throw new UsageError(`which cluster? there are ${clusters.join(', ')}`);
}

/** Does something on the bus of the environment, with the clusters that are in force there. */
export async function onBus<T>(
  options: BusOptions,
  named: string | undefined,
  work: (steering: Steering) => Promise<T>,
): Promise<T> {
  const setup = readNatsSetup(options.config, (s) => `what is asked goes over NATS. ${emergencyStop(s)}`);
  const onThem = async (bus: Bus): Promise<T> => {
    const clusters = clustersOf(await clustersInForce(bus.ledger), setup, named);
    return work({ ...setup, bus, clusters });
  };
  return withBus(setup.settings, 'steering', onThem, emergencyStop(setup.settings));
}

import { hostname, userInfo } from 'node:os';
import type { Bus } from '@evenkeel/bus';
import type { Config } from '@evenkeel/contracts';
import type { Command } from 'commander';
import { UsageError } from './fail.ts';
import type { Setup } from './read-setup.ts';
import { readNatsSetup, withBus } from './with-bus.ts';

export type BusOptions = { config?: string };
export type Steering = Setup & { bus: Bus; clusters: string[] };

export const withConfig = (command: Command): Command =>
  command.option('-c, --config <file>', 'configuration file, YAML or JSON');

/** Who asks, unless they say otherwise: nobody checks it, whoever may publish on the bus may claim any name. */
export const withAsker = (command: Command): Command =>
  withConfig(command).option('--by <name>', 'who asks', `${user()}@${hostname()}`.slice(0, 128));

/** Where the machine has no name for its user, as in a container, the number. */
function user(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'somebody');
  }
}

/** The clusters that a command is for: the one that is named, else all; an unknown name is a UsageError. */
export function clustersOf(config: Config, alone: string, named: string | undefined): string[] {
  const known = config.clusters.length > 0 ? config.clusters.map(({ name }) => name) : [alone];
  if (named === undefined) return known;
  if (known.includes(named)) return [named];
  throw new UsageError(`no cluster ${JSON.stringify(named)}; there is ${known.join(', ')}`);
}

/** The only cluster there is, or the one that is named. */
export function oneOf(clusters: readonly string[]): string {
  const [cluster, ...more] = clusters;
  if (cluster !== undefined && more.length === 0) return cluster;
  throw new UsageError(`which cluster? there are ${clusters.join(', ')}`);
}

/** Does something on the bus of the environment. */
export async function onBus<T>(
  options: BusOptions,
  named: string | undefined,
  work: (steering: Steering) => Promise<T>,
): Promise<T> {
  const setup = readNatsSetup(
    options.config,
    (s) => `what is asked goes over NATS. To stop everything without it: touch ${s.kill_switch_file}`,
  );
  const clusters = clustersOf(setup.config, setup.settings.pve.cluster, named);
  return withBus(setup.settings, 'steering', (bus) => work({ ...setup, bus, clusters }));
}

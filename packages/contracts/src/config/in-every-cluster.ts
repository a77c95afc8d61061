import { nameSome } from '../name-some.ts';
import type { Config } from './config.ts';
import { configFor } from './config-for.ts';

const mostNamed = 5;

/** What names guests or nodes and no cluster, where there are several: numbers and names repeat from one to the next. */
export function inEveryCluster(config: Config): string[] {
  if (config.clusters.length < 2) return [];
  const { nodes, automated_migrations: a } = configFor(config, undefined);
  const named: [option: string, names: string[]][] = [
    ['placement_rules', a.placement_rules.map(({ name }) => name)],
    ['maintenance_nodes', a.maintenance_nodes],
    ['nodes', Object.keys(nodes)],
    ['ignore_guests', a.rules.ignore_guests],
    ['ignore_pools', a.rules.ignore_pools],
  ];
  const clusters = config.clusters.map(({ name }) => name).join(', ');
  return named
    .filter(([, names]) => names.length > 0)
    .map(
      ([option, names]) =>
        `${option}: ${nameSome(names, mostNamed)} names no cluster, so it holds in every cluster: ${clusters}`,
    );
}

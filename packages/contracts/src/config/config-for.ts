import type { Config } from './config.ts';
import type { PlacementRule } from './placement-rule.ts';
import { type ScopedName, scopedGuest, scopedName, scopedPool } from './scoped-name.ts';

type Cluster = string | undefined;
type Read = (text: string) => ScopedName;

const holdsIn = ({ cluster }: { cluster?: string | undefined }, here: Cluster): boolean =>
  cluster === undefined || cluster === here;

const listFor = (list: readonly string[], here: Cluster, read: Read): string[] =>
  list
    .map(read)
    .filter((scoped) => holdsIn(scoped, here))
    .map(({ name }) => name);

/** What is said of a name in this cluster takes the place of what is said of it in every one. */
function mapFor<T>(map: Readonly<Record<string, T>>, here: Cluster): Record<string, T> {
  const entries = Object.entries(map).map(([key, value]) => ({ ...scopedName(key), value }));
  const inAll = entries.filter(({ cluster }) => cluster === undefined);
  const inOne = entries.filter(({ cluster }) => cluster !== undefined && cluster === here);
  return Object.fromEntries([...inAll, ...inOne].map(({ name, value }) => [name, value]));
}

function narrowRule(rule: PlacementRule, here: Cluster): PlacementRule[] {
  const guests = listFor(rule.guests, here, scopedGuest);
  const nodes = listFor(rule.nodes, here, scopedName);
  const isAboutNobody = guests.length + rule.pools.length === 0;
  const leadsNowhere = rule.kind === 'pin' && nodes.length === 0;
  return !holdsIn(rule, here) || isAboutNobody || leadsNowhere ? [] : [{ ...rule, guests, nodes }];
}

/** A rule that holds nowhere else says so, by its cluster. */
function ruleFor(rule: PlacementRule, here: Cluster): PlacementRule[] {
  const isEverywhere = narrowRule(rule, undefined).length > 0;
  return narrowRule(rule, here).map((kept) => (isEverywhere || here === undefined ? kept : { ...kept, cluster: here }));
}

const probesFor = <P extends { guests: string[] }>(probes: readonly P[], here: Cluster): P[] =>
  probes.flatMap((probe) => {
    const guests = listFor(probe.guests, here, scopedGuest);
    return guests.length > 0 ? [{ ...probe, guests }] : [];
  });

/**
 * The configuration as it holds in one cluster: what names another is left out, and names stand without a cluster. Without a cluster, what
 * holds in every one.
 */
export function configFor(config: Config, cluster: string | undefined): Config {
  const { automated_migrations, migration_checks } = config;
  const names = config.clusters.map(({ name }) => name);
  const { rules, maintenance_nodes, placement_rules } = automated_migrations;
  return {
    ...config,
    nodes: mapFor(config.nodes, cluster),
    automated_migrations: {
      ...automated_migrations,
      maintenance_nodes: listFor(maintenance_nodes, cluster, scopedName),
      placement_rules: placement_rules.flatMap((rule) => ruleFor(rule, cluster)),
      rules: {
        ...rules,
        ignore_guests: listFor(rules.ignore_guests, cluster, scopedGuest),
        ignore_pools: listFor(rules.ignore_pools, cluster, scopedPool(names)),
        storage_map: mapFor(rules.storage_map, cluster),
      },
    },
    migration_checks: {
      ...migration_checks,
      tcp_probes: probesFor(migration_checks.tcp_probes, cluster),
      ping_probes: probesFor(migration_checks.ping_probes, cluster),
    },
  };
}

import type { ClusterConfig, Config } from '@evenkeel/contracts';
import type { Log, Service } from './define-service.ts';
import type { Check } from './health.ts';
import type { Watched } from './start.ts';

export type Right = 'read' | 'write';

type Given = {
  /** The rights that the services of this process use. */
  rights: readonly Right[];
  /** A key of all that a client stands on; throws where something is missing. */
  reach: (cluster: ClusterConfig, right: Right) => string;
  log: Pick<Log, 'info' | 'error'>;
};

export type ClusterWatch = {
  /**
   * The clusters to work for under this configuration: one that cannot be reached as it says keeps its old way, or waits where it has none.
   * Those to be kept though it does not name them keep the way that they had.
   */
  take: (config: Config, kept?: readonly string[]) => Watched[];
  /** The way to a cluster that was taken. */
  configOf: (cluster: string) => ClusterConfig;
  checks: () => Check[];
};

type Taken = { config: ClusterConfig; reach: string };

/** Which rights these services use. */
export const rightsOf = (services: readonly Service[]): Right[] => [
  ...new Set(services.flatMap(({ uses }) => uses?.proxmox ?? [])),
];

/** Turns configurations into clusters that can be worked for, and says by name what comes, changes, goes, or lacks something. */
export function createClusterWatch({ rights, reach, log }: Given): ClusterWatch {
  let taken = new Map<string, Taken>();
  let troubles = new Map<string, string>();
  const past = new Map<string, Taken>();
  let isFirst = true;

  const look = (config: ClusterConfig): Taken | string => {
    try {
      return { config, reach: rights.map((right) => reach(config, right)).join() };
    } catch (error) {
      return (error as Error).message;
    }
  };

  const take = ({ clusters }: Config, kept: readonly string[] = []): Watched[] => {
    const [before, said] = [taken, troubles];
    taken = new Map();
    troubles = new Map();
    for (const config of clusters) {
      const [found, old] = [look(config), before.get(config.name)];
      if (typeof found === 'string') troubles.set(config.name, found);
      const next = typeof found === 'string' ? old : found;
      if (next) taken.set(config.name, next);
    }
    const departed = kept.filter((name) => !taken.has(name) && past.has(name));
    for (const name of departed) taken.set(name, past.get(name) as Taken);
    for (const [name, found] of taken) past.set(name, found);
    for (const [cluster, trouble] of troubles)
      if (said.get(cluster) !== trouble) log.error({ cluster, trouble }, sentenceOf(before.has(cluster)));
    for (const cluster of said.keys()) if (!troubles.has(cluster)) log.info({ cluster }, 'nothing is missing any more');
    if (!isFirst) tellChanges(before, taken, log);
    isFirst = false;
    return [...taken].map(([name, { reach }]) => ({
      name,
      reach,
      ...(departed.includes(name) ? { departed: true } : {}),
    }));
  };

  return {
    take,
    configOf: (cluster) => {
      const found = taken.get(cluster);
      if (!found) throw new Error(`cluster ${cluster} is not configured`);
      return found.config;
    },
    checks: () => [...troubles].map(([cluster, trouble]) => ({ name: `clusters/${cluster}`, trouble: () => trouble })),
  };
}

const sentenceOf = (isWatched: boolean): string =>
  isWatched
    ? 'the changed way to a cluster lacks something: the old one stays until it is there'
    : 'a cluster is not watched: something is missing; it is watched once that is there';

function tellChanges(before: ReadonlyMap<string, Taken>, now: ReadonlyMap<string, Taken>, log: Given['log']): void {
  for (const [cluster, { reach }] of now) {
    const old = before.get(cluster);
    if (!old) log.info({ cluster }, 'a cluster more is watched');
    else if (old.reach !== reach) log.info({ cluster }, 'the way to a cluster has changed: it is connected anew');
  }
  for (const cluster of before.keys()) if (!now.has(cluster)) log.info({ cluster }, 'a cluster is no longer watched');
}

import type { Ledger } from '@evenkeel/bus';
import type { ConfigSource } from './config-source.ts';
import type { Log, Service } from './define-service.ts';
import type { Check } from './health.ts';
import { Listed } from './renamed-clusters.ts';

type Standing = ReturnType<ConfigSource['current']>;

type Given = {
  services: readonly Service[];
  ledger: Pick<Ledger, 'list'>;
  configs: Pick<ConfigSource, 'current'>;
  log: Pick<Log, 'info' | 'warn'>;
};

export type Departures = {
  /** Clusters that the configuration names no more and that are to be kept: for one look, and while something that was begun there goes on. */
  look: () => Promise<string[]>;
  /** The configuration that held last for a cluster that is named no more; null for one that is, or never was here. */
  of: (cluster: string) => Standing | null;
  /** What was begun in clusters that this process never knew: it cannot follow that. */
  checks: () => Check[];
};

/** What becomes of clusters that go while services have begun something there. */
export function createDepartures({ services, ledger, configs, log }: Given): Departures {
  const following = services.flatMap(({ begun }) => begun ?? []);
  const known = new Map<string, Standing>();
  const kept = new Set<string>();
  const told = new Set<string>();
  const strange = new Map<string, string[]>();
  let lookedAt: string | undefined;

  const isNamed = (cluster: string) => configs.current().config.clusters.some(({ name }) => name === cluster);
  const begunIn = async (cluster: string): Promise<string[]> => [
    ...new Set((await Promise.all(following.map((ask) => ask({ cluster, ledger })))).flat()),
  ];

  const lookAtKnown = async (): Promise<void> => {
    for (const cluster of known.keys()) {
      if (isNamed(cluster)) continue;
      const begun = await begunIn(cluster);
      const isFirst = !kept.has(cluster) && !told.has(cluster);
      if (isFirst && begun.length > 0) log.info({ cluster, begun }, keeps);
      if (isFirst || begun.length > 0) kept.add(cluster);
      else kept.delete(cluster);
      told.add(cluster);
    }
  };
  const lookAtStrange = async (): Promise<void> => {
    const { revision } = configs.current();
    const earlier = lookedAt === revision ? [] : await namesOfOld(ledger);
    for (const cluster of new Set([...strange.keys(), ...earlier])) {
      const begun = isNamed(cluster) || known.has(cluster) ? [] : await begunIn(cluster);
      if (begun.length > 0 && !strange.has(cluster)) log.warn({ cluster, begun }, cannotFollow(cluster));
      if (begun.length > 0) strange.set(cluster, begun);
      else if (strange.delete(cluster)) log.info({ cluster }, 'what was begun there is followed, or over');
    }
    lookedAt = revision;
  };

  return {
    look: async () => {
      const standing = configs.current();
      for (const { name } of standing.config.clusters) {
        known.set(name, standing);
        kept.delete(name);
        told.delete(name);
      }
      if (following.length === 0) return [];
      await lookAtKnown();
      await lookAtStrange();
      return [...kept];
    },
    of: (cluster) => (isNamed(cluster) ? null : (known.get(cluster) ?? null)),
    checks: () =>
      [...strange].map(([cluster, begun]) => ({
        name: `clusters/${cluster}`,
        trouble: () => `${begun.join(', ')}: ${cannotFollow(cluster)}`,
      })),
  };
}

const keeps = 'a cluster is no longer configured: nothing new starts there, and what was begun is followed to its end';
const cannotFollow = (cluster: string): string =>
  `begun in cluster ${cluster}, which is no longer configured, and not followed here: list it under that name again until it is over`;

/** Clusters of all configurations that the ledger still has. */
const namesOfOld = async (ledger: Given['ledger']): Promise<string[]> =>
  (await ledger.list('config')).flatMap(
    ({ value }) => Listed.safeParse(value).data?.clusters.map(({ name }) => name) ?? [],
  );

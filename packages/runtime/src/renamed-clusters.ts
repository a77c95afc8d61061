import { apiOf } from '@evenkeel/contracts';
import { z } from 'zod';

/** As much of a configuration as tells its clusters apart, also where another version wrote it. */
export const Listed = z.object({
  clusters: z.array(z.object({ name: z.string(), hosts: z.array(z.string()) })),
});
export type Listed = z.output<typeof Listed>;

export type Succession = {
  /** Names that are new, each with those that are gone and had a host of it. */
  renamed: { to: string; from: string[] }[];
  /** Names that are gone without any other in their place. */
  gone: string[];
};

/** Which clusters another configuration only calls otherwise: told by a host that both have. */
export function renamedClusters(before: Listed, after: Listed): Succession {
  const without = (from: Listed, other: Listed) =>
    from.clusters
      .filter(({ name }) => !other.clusters.some((one) => one.name === name))
      .map(({ name, hosts }) => ({ name, apis: hosts.map(apiOf) }));
  const [gone, fresh] = [without(before, after), without(after, before)];
  const renamed = fresh.flatMap(({ name, apis }) => {
    const from = gone.filter((old) => old.apis.some((api) => apis.includes(api))).map((old) => old.name);
    return from.length > 0 ? [{ to: name, from }] : [];
  });
  const followed = new Set(renamed.flatMap(({ from }) => from));
  return { renamed, gone: gone.map(({ name }) => name).filter((name) => !followed.has(name)) };
}

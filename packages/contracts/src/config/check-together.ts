import { z } from 'zod';
import { at, type Clash, listAt, type Path } from './clash.ts';
import { clustersNamed } from './clusters-named.ts';
import { apiOf } from './origin-of.ts';

function observations(config: unknown): Clash[] {
  const periods: Path = ['intelligent_migrations', 'observation_periods'];
  const window: Path = ['intelligent_migrations', 'observation_window_hours'];
  const interval: Path = ['automated_migrations', 'check_interval_minutes'];
  if (at(config, ['intelligent_migrations', 'enabled']) !== true) return [];
  const [n, hours, step] = [periods, window, interval].map((path) => Number(at(config, path)));
  const needed = ((n! - 1) * step!) / 60;
  if (!(needed > hours!)) return [];
  const sentence =
    `at least ${Number(needed.toFixed(2))}, the time that observation_periods ${n} takes at check_interval_minutes ${step}: ` +
    'otherwise nothing is ever seen often enough to move';
  return [{ reads: [periods, window, interval], path: window, sentence, found: hours }];
}

function clusterNames(config: unknown): Clash[] {
  const names = listAt(config, ['clusters']).map((cluster) => at(cluster, ['name']));
  return names.flatMap((name, i) => {
    const path: Path = ['clusters', i, 'name'];
    if (typeof name !== 'string' || names.indexOf(name) === i) return [];
    const sentence = `a name of its own; clusters[${names.indexOf(name)}] has this one`;
    return [{ reads: [path], path, sentence, found: name }];
  });
}

/** Under two names each half of one cluster would undo what the other does, within limits that each has for itself. */
function clusterHosts(config: unknown): Clash[] {
  const clusters = listAt(config, ['clusters']).map((cluster, i) => ({
    i,
    name: at(cluster, ['name']),
    hosts: listAt(cluster, ['hosts']).map((host) => (typeof host === 'string' ? apiOf(host) : undefined)),
  }));
  return clusters.flatMap((later) =>
    clusters.slice(0, later.i).flatMap((earlier): Clash[] => {
      const j = later.hosts.findIndex((host) => host !== undefined && earlier.hosts.includes(host));
      if (j < 0 || later.name === earlier.name) return [];
      const path: Path = ['clusters', later.i, 'hosts', j];
      const names = [earlier.i, later.i].map((i): Path => ['clusters', i, 'name']);
      const same: Path = ['clusters', earlier.i, 'hosts', earlier.hosts.indexOf(later.hosts[j])];
      const sentence =
        `a host of cluster ${later.name} alone; it is one of cluster ${earlier.name} (clusters[${earlier.i}]) too, ` +
        'and one Proxmox cluster under two names has every limit twice';
      return [{ reads: [...names, same, path], path, sentence, found: at(config, path) }];
    }),
  );
}

function windows(config: unknown): Clash[] {
  return ['migration_windows', 'blackout_windows'].flatMap((kind) => {
    const list: Path = ['automated_migrations', 'schedule', kind];
    return listAt(config, list).flatMap((window, i) => {
      const [start, end] = [at(window, ['start_time']), at(window, ['end_time'])];
      const path: Path = [...list, i, 'end_time'];
      if (typeof start !== 'string' || start !== end) return [];
      const sentence = 'a time other than start_time; a whole day is 00:00 to 24:00';
      return [{ reads: [path, [...list, i, 'start_time']], path, sentence, found: end }];
    });
  });
}

/** A pin names nodes and nothing else does; a rule is about somebody; no two have one name. */
function placementRules(config: unknown): Clash[] {
  const list: Path = ['automated_migrations', 'placement_rules'];
  const rules = listAt(config, list);
  const names = rules.map((rule) => at(rule, ['name']));
  return rules.flatMap((rule, i) => {
    const path = (key: string): Path => [...list, i, key];
    const clash = (key: string, reads: string[], sentence: string): Clash[] => [
      { reads: [key, ...reads].map(path), path: path(key), sentence, found: at(rule, [key]) },
    ];
    const isPin = at(rule, ['kind']) === 'pin';
    const [pools, guests, nodes] = ['pools', 'guests', 'nodes'].map((key) => listAt(rule, [key]).length);
    const twin = names.indexOf(names[i]);
    return [
      ...(typeof names[i] !== 'string' || twin === i
        ? []
        : clash('name', [], `a name of its own; placement_rules[${twin}] has this one`)),
      ...(pools! + guests! > 0 ? [] : clash('guests', ['pools'], 'at least one, unless pools names one')),
      ...(isPin && nodes === 0 ? clash('nodes', ['kind'], 'at least one: a pin names where its guests may be') : []),
      ...(!isPin && nodes! > 0 ? clash('nodes', ['kind'], 'nothing: only a pin names nodes') : []),
    ];
  });
}

function allZero(config: unknown, names: string[], sentence: string): Clash[] {
  const paths = names.map((name): Path => ['penalty_config', name]);
  if (paths.some((path) => at(config, path) !== 0)) return [];
  return [{ reads: paths, path: paths[0]!, sentence, found: 0 }];
}

const weights = (config: unknown): Clash[] => [
  ...allZero(
    config,
    ['weight_current', 'weight_24h', 'weight_7d'],
    'above 0 unless weight_24h or weight_7d is: without any of them there is no load to score',
  ),
  ...allZero(
    config,
    [
      'weight_cpu',
      'weight_memory',
      'weight_iowait',
      'weight_pressure',
      'weight_trend',
      'weight_spikes',
      'weight_overcommit',
    ],
    'above 0 unless another part has a weight: otherwise every node scores 0',
  ),
];

const startsWith = (path: readonly PropertyKey[], prefix: readonly PropertyKey[]) =>
  prefix.every((key, i) => path[i] === key);

/** Finds options that contradict each other, also where others are wrong; says nothing of what is itself wrong. */
export const checkTogether: z.core.$ZodCheck<unknown> = z.superRefine<unknown>(
  (config, context) => {
    const wrong = context.issues.flatMap(({ code, path }) =>
      code === 'unrecognized_keys' || !path?.length ? [] : [path],
    );
    const finds = [observations, clusterNames, clusterHosts, clustersNamed, windows, placementRules, weights];
    const clashes = finds.flatMap((find) => find(config));
    for (const { reads, path, sentence, found } of clashes) {
      const unsure = reads.some((read) => wrong.some((w) => startsWith(read, w)));
      if (!unsure) context.addIssue({ code: 'custom', path, message: sentence, input: found });
    }
  },
  { when: ({ value }: { value: unknown }) => value !== null && typeof value === 'object' } as never,
);

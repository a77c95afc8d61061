import { at, type Clash, listAt, type Path } from './clash.ts';
import { type ScopedName, scopedGuest, scopedName } from './scoped-name.ts';

type Read = (text: string) => ScopedName;
/** A place where a name may stand after a cluster, and a place that says which cluster that must be. */
type Place = { path: Path; text: unknown; read: Read; rule?: Path };

const migrations = 'automated_migrations';
const ruleList: Path = [migrations, 'placement_rules'];

const each = (config: unknown, list: Path): Path[] => listAt(config, list).map((_, i) => [...list, i]);

function keysAt(config: unknown, path: Path): string[] {
  const found = at(config, path);
  return found !== null && typeof found === 'object' ? Object.keys(found) : [];
}

function placesIn(config: unknown): Place[] {
  const list = (path: Path, read: Read, more: { rule?: Path } = {}): Place[] =>
    listAt(config, path).map((text, i) => ({ path: [...path, i], text, read, ...more }));
  const keys = (path: Path): Place[] =>
    keysAt(config, path).map((text) => ({ path: [...path, text], text, read: scopedName }));
  const probes = ['tcp_probes', 'ping_probes'].flatMap((kind) => each(config, ['migration_checks', kind]));
  return [
    ...list([migrations, 'maintenance_nodes'], scopedName),
    ...list([migrations, 'rules', 'ignore_guests'], scopedGuest),
    ...each(config, ruleList).flatMap((rule) => [
      ...list([...rule, 'guests'], scopedGuest, { rule }),
      ...list([...rule, 'nodes'], scopedName, { rule }),
    ]),
    ...probes.flatMap((probe) => list([...probe, 'guests'], scopedGuest)),
    ...keys(['nodes']),
    ...keys([migrations, 'rules', 'storage_map']),
  ];
}

function misnamed(config: unknown, place: Place, known: readonly unknown[]): Clash[] {
  if (typeof place.text !== 'string') return [];
  const { cluster, name } = place.read(place.text);
  if (cluster === undefined) return [];
  const own = place.rule && at(config, [...place.rule, 'cluster']);
  const allowed = typeof own === 'string' ? [own] : known;
  if (allowed.includes(cluster) && name !== '' && place.read(name).cluster === undefined) return [];
  const which = typeof own === 'string' ? `${own}, the cluster of the rule` : `one of ${allowed.join(', ')}`;
  const sentence = `a name alone, or cluster/name, where the cluster is ${which}`;
  return [{ reads: [place.path], path: place.path, sentence, found: place.text }];
}

/** Clusters that names and rules name although there are none such; where no cluster is configured, nobody knows which there will be. */
export function clustersNamed(config: unknown): Clash[] {
  const reads = each(config, ['clusters']).map((path): Path => [...path, 'name']);
  const known = reads.map((path) => at(config, path));
  if (known.length === 0) return [];
  const ofRules = each(config, ruleList).flatMap((rule): Clash[] => {
    const path: Path = [...rule, 'cluster'];
    const found = at(config, path);
    if (found === undefined || known.includes(found)) return [];
    return [{ reads: [path], path, sentence: `one of ${known.join(', ')}`, found }];
  });
  const ofNames = placesIn(config).flatMap((place) => misnamed(config, place, known));
  return [...ofRules, ...ofNames].map((clash) => ({ ...clash, reads: [...clash.reads, ...reads] }));
}

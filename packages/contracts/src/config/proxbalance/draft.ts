import type { PathKey } from '../option.ts';
import { dotted, show } from '../problem.ts';

/** What an import did to one value of the file, or had to add. */
export type Change = {
  /** Where it stood in the file; for what was added, where it stands now. */
  path: string;
  action: 'moved' | 'changed' | 'dropped' | 'not_understood' | 'added';
  /** What stood there, shortened; never a secret. */
  from: string;
  /** What became of it. */
  to: string;
  why: string;
};

const tell =
  (action: Change['action']) =>
  (path: string, from: unknown, to: string, why: string): Change => ({
    path,
    action,
    from: show(from, keysOf(path)),
    to,
    why,
  });
export const moved = tell('moved');
export const changed = tell('changed');
export const dropped = tell('dropped');
export const notUnderstood = tell('not_understood');
export const added = (path: string, to: string, why: string): Change => tell('added')(path, undefined, to, why);

type Section = Record<string, unknown>;
export const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const keysOf = (path: string): PathKey[] =>
  path.split('.').flatMap((part) => {
    const [name, ...indexes] = part.split('[');
    return [name!, ...indexes.map((index) => Number.parseInt(index, 10))];
  });

const child = (value: unknown, key: PathKey): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

const deepest = 24;

/** Everything in the file that is not a section or list of its own, with where it stands. */
function leaves(value: unknown, keys: readonly PathKey[] = []): { keys: readonly PathKey[]; value: unknown }[] {
  const entries: [PathKey, unknown][] = Array.isArray(value)
    ? value.map((v, i) => [i, v])
    : isSection(value)
      ? Object.entries(value)
      : [];
  if (entries.length === 0 || keys.length >= deepest) return [{ keys, value }];
  return entries.flatMap(([key, inner]) => leaves(inner, [...keys, key]));
}

export type Draft = {
  /** The value at this path of the file, which counts as dealt with from now on; undefined where there is none. */
  take: (path: string) => unknown;
  has: (path: string) => boolean;
  /** Entries of the list at this path; undefined where there is no list. */
  length: (path: string) => number | undefined;
  /** Writes into the new configuration; what stands there already stays. */
  put: (path: string, value: unknown) => void;
  get: (path: string) => unknown;
  note: (...changes: Change[]) => void;
  /** Values of the file that nobody took. */
  rest: () => { path: string; value: unknown; keys: readonly PathKey[] }[];
  config: Section;
  changes: Change[];
};

/** Keeps account of which values of a file have been dealt with, so that none is passed over in silence. */
export function draftFrom(file: unknown): Draft {
  const taken = new Set<string>();
  const config: Section = {};
  const changes: Change[] = [];
  const at = (path: string, root: unknown) => keysOf(path).reduce(child, root);
  const put = (path: string, value: unknown) => {
    const keys = keysOf(path);
    const last = keys.pop()!;
    const section = keys.reduce<Section>((inside, key) => {
      inside[key] ??= {};
      return inside[key] as Section;
    }, config);
    section[last] ??= value;
  };
  const isTaken = (keys: readonly PathKey[]) => keys.some((_, i) => taken.has(dotted(keys.slice(0, i + 1))));
  return {
    config,
    changes,
    put,
    take: (path) => {
      taken.add(path);
      return at(path, file);
    },
    has: (path) => at(path, file) !== undefined,
    length: (path) => {
      const list = at(path, file);
      return Array.isArray(list) ? list.length : undefined;
    },
    get: (path) => at(path, config),
    note: (...told) => {
      changes.push(...told);
    },
    rest: () =>
      leaves(file)
        .filter(({ keys, value }) => !isTaken(keys) && !(isSection(value) && Object.keys(value).length === 0))
        .map(({ keys, value }) => ({ keys, value, path: dotted(keys) })),
  };
}

import type { AnyRecord } from '@evenkeel/contracts';
import type { Store, Version, Write } from '@evenkeel/store';
import type { RecordHandle, RecordReader } from './define-service.ts';

type Parts = { complete: boolean; parts: Map<string, unknown> };

/** What a worker knows of its own records: true as long as it is the last writer, which the commit's version proves. */
export type Cache = { version: Version | null; records: Map<string, Parts> };

export const emptyCache = (): Cache => ({ version: null, records: new Map() });

/** A record as one handling sees it: reads through the cache, writes into a buffer until the commit. */
export type Buffer = {
  handle: <R extends AnyRecord>(record: R) => RecordHandle<R>;
  writes: () => Write[];
  /** Makes the buffered writes part of the cache; to be called once they are committed, or where all that follow are committed with them. */
  keep: (version: Version) => void;
};

export function openBuffer(store: Store, cluster: string, cache: Cache): Buffer {
  const written = new Map<string, Map<string, unknown | null>>();
  const partsOf = (name: string): Parts => {
    const known = cache.records.get(name) ?? { complete: false, parts: new Map() };
    cache.records.set(name, known);
    return known;
  };
  const put = (name: string, part: string, value: unknown | null): void => {
    written.set(name, (written.get(name) ?? new Map()).set(part, value));
  };
  const read = async (record: AnyRecord, part: string): Promise<unknown> => {
    const buffered = written.get(record.name);
    if (buffered?.has(part)) return buffered.get(part) ?? undefined;
    const known = partsOf(record.name);
    if (!known.parts.has(part) && !known.complete) {
      known.parts.set(part, decode(record, await store.get(cluster, record.name, part)));
    }
    return known.parts.get(part);
  };
  const readAll = async (record: AnyRecord): Promise<Record<string, unknown>> => {
    const known = partsOf(record.name);
    if (!known.complete) {
      const stored = await store.all(cluster, record.name);
      const decoded = Object.entries(stored).map(([part, value]) => [part, decode(record, value)] as const);
      known.parts = new Map([...decoded, ...known.parts]);
      known.complete = true;
    }
    const merged = new Map([...known.parts, ...(written.get(record.name) ?? [])]);
    return Object.fromEntries([...merged].filter(([, value]) => value !== undefined && value !== null));
  };
  return {
    handle: (record) => ({
      get: (part = 'all') => read(record, part) as never,
      all: () => readAll(record) as never,
      set: (value, part = 'all') => put(record.name, part, value),
      remove: (part = 'all') => put(record.name, part, null),
    }),
    writes: () =>
      [...written].flatMap(([record, parts]) => [...parts].map(([part, value]) => ({ record, part, value }))),
    keep: (version) => {
      cache.version = version;
      for (const [name, parts] of written) {
        const known = partsOf(name);
        for (const [part, value] of parts) {
          if (value === null && known.complete) known.parts.delete(part);
          else known.parts.set(part, value ?? undefined);
        }
      }
    },
  };
}

/** Another service's record: read from the store each time, since its owner may have written it. */
export function openReader<R extends AnyRecord>(store: Store, cluster: string, record: R): RecordReader<R> {
  return {
    get: async (part = 'all') => decode(record, await store.get(cluster, record.name, part)) as never,
    all: async () =>
      Object.fromEntries(
        Object.entries(await store.all(cluster, record.name)).map(([part, value]) => [part, decode(record, value)]),
      ) as never,
  };
}

/** A stored value that its schema no longer accepts is as good as none: records can be rebuilt. */
function decode(record: AnyRecord, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  const parsed = record.data.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

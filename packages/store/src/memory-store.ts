import type { Commit, Parked, Scope, Store } from './port.ts';
import { versionOf } from './version.ts';

export type MemoryStoreOptions = {
  /** Sends every value through JSON, as Redis would; otherwise values are kept by reference and must not be changed. */
  encode?: boolean;
  /** Receipts kept per scope; the oldest go first, whatever time they were given. */
  receipts?: number;
};

type Memory = {
  commits: number;
  /** Id of the first commit; empty before it. */
  epoch: string;
  receipts: Set<string>;
  outbox: Map<string, unknown>;
  positions: Map<string, number>;
  parked: number;
};

/** A store within one process that forgets everything when it ends. */
export type MemoryStore = Store & {
  /** Another that knows what this one does now, and nothing of what comes to be known later. */
  copy: () => MemoryStore;
};

const versionIn = ({ commits, epoch }: Memory) => versionOf(commits, epoch);

type Contents = { records: Map<string, Map<string, unknown>>; memories: Map<string, Memory> };

export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return storeOf({ records: new Map(), memories: new Map() }, options);
}

/** What is written is never changed in place, so a copy shares the values. */
const copyOf = ({ records, memories }: Contents): Contents => ({
  records: new Map([...records].map(([key, parts]) => [key, new Map(parts)])),
  memories: new Map(
    [...memories].map(([key, { receipts, outbox, positions, ...rest }]) => [
      key,
      { ...rest, receipts: new Set(receipts), outbox: new Map(outbox), positions: new Map(positions) },
    ]),
  ),
});

function storeOf({ records, memories }: Contents, options: MemoryStoreOptions): MemoryStore {
  const limit = options.receipts ?? 10_000;
  const copy = (value: unknown) => (options.encode ? JSON.parse(JSON.stringify(value)) : value);

  const memoryOf = ({ service, cluster }: Scope): Memory => {
    const key = JSON.stringify([cluster, service]);
    const empty = { receipts: new Set<string>(), outbox: new Map(), positions: new Map() };
    const memory = memories.get(key) ?? { commits: 0, epoch: '', parked: 0, ...empty };
    memories.set(key, memory);
    return memory;
  };
  const partsOf = (cluster: string, record: string): Map<string, unknown> => {
    const key = JSON.stringify([cluster, record]);
    const parts = records.get(key) ?? new Map<string, unknown>();
    records.set(key, parts);
    return parts;
  };
  const apply = (memory: Memory, cluster: string, commit: Commit) => {
    for (const { record, part, value } of commit.writes) {
      if (value === null) partsOf(cluster, record).delete(part);
      else partsOf(cluster, record).set(part, copy(value));
    }
    for (const cause of commit.causes) memory.receipts.add(cause);
    while (memory.receipts.size > limit) memory.receipts.delete(memory.receipts.values().next().value as string);
    for (const message of commit.outbox) memory.outbox.set(`${++memory.parked}/${commit.id}`, copy(message));
    for (const { stream, sequence } of commit.positions ?? []) memory.positions.set(stream, sequence);
  };

  return {
    version: async (scope) => versionIn(memoryOf(scope)),
    get: async (cluster, record, part) => copy(partsOf(cluster, record).get(part) ?? null),
    all: async (cluster, record) => copy(Object.fromEntries(partsOf(cluster, record))),
    commit: async (scope, commit) => {
      const memory = memoryOf(scope);
      if (versionIn(memory) !== commit.expected_version) return null;
      apply(memory, scope.cluster, commit);
      memory.commits += 1;
      memory.epoch ||= commit.id;
      return versionIn(memory);
    },
    handled: async (scope, cause) => memoryOf(scope).receipts.has(cause),
    outbox: async (scope) => [...memoryOf(scope).outbox].map(([id, message]): Parked => ({ id, message })),
    settle: async (scope, ids) => ids.filter((id) => memoryOf(scope).outbox.delete(id)).length,
    position: async (scope, stream) => memoryOf(scope).positions.get(stream) ?? 0,
    forget: async (cluster) => {
      const isOf = (key: string): boolean => JSON.parse(key)[0] === cluster;
      for (const kept of [records, memories]) for (const key of kept.keys()) if (isOf(key)) kept.delete(key);
    },
    trouble: () => null,
    on_reconnect: () => {},
    close: async () => {},
    copy: () => storeOf(copyOf({ records, memories }), options),
  };
}

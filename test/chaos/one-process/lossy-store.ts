import { createMemoryStore, type MemoryStore, type Store } from '@evenkeel/store';

/** A store that loses all that it holds, or all since a moment (epoch ms; minutes back at most), as Redis does without its disk. */
export type LossyStore = Store & {
  lose: (since: number) => Promise<void>;
  /** Whoever listened has ended. */
  off_reconnect: (listener: () => void) => void;
};

type Change = { at: number; carryOut: (store: Store) => Promise<unknown> };
type Saved = { at: number; store: MemoryStore; changes: Change[] };

/** Milliseconds after which what it holds is saved anew; changes are kept since the save before the last. */
const savedEvery = 60_000;

export function createLossyStore(now: () => number): LossyStore {
  const empty = (): MemoryStore => createMemoryStore({ encode: true });
  const nothing = (): Saved => ({ at: Number.NEGATIVE_INFINITY, store: empty(), changes: [] });
  let inner = empty();
  let saved = [nothing()];
  const listeners = new Set<() => void>();
  const change = <T>(carryOut: (store: Store) => Promise<T>): Promise<T> => {
    const last = saved.at(-1)!;
    if (now() - last.at >= savedEvery) saved = [last, { at: now(), store: inner.copy(), changes: [] }];
    saved.at(-1)!.changes.push({ at: now(), carryOut });
    return carryOut(inner);
  };
  return {
    version: (scope) => inner.version(scope),
    get: (cluster, record, part) => inner.get(cluster, record, part),
    all: (cluster, record) => inner.all(cluster, record),
    handled: (scope, cause) => inner.handled(scope, cause),
    outbox: (scope) => inner.outbox(scope),
    position: (scope, stream) => inner.position(scope, stream),
    commit: (scope, commit) => change((store) => store.commit(scope, commit)),
    settle: (scope, ids) => change((store) => store.settle(scope, ids)),
    forget: (cluster) => change((store) => store.forget(cluster)),
    trouble: () => null,
    on_reconnect: (listener) => void listeners.add(listener),
    off_reconnect: (listener) => void listeners.delete(listener),
    close: async () => {},
    lose: async (since) => {
      const { store, changes } = saved.findLast(({ at }) => at < since) ?? nothing();
      inner = store.copy();
      for (const { at, carryOut } of changes) if (at < since) await carryOut(inner);
      saved = [{ at: now(), store: inner.copy(), changes: [] }];
      for (const listener of listeners) listener();
    },
  };
}

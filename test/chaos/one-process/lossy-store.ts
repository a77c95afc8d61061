import { createMemoryStore, type Store } from '@evenkeel/store';

/** A store that loses all that it holds, or all since a moment, as Redis does without its disk. */
export type LossyStore = Store & { lose: (since: number) => Promise<void> };

type Change = { at: number; carryOut: (store: Store) => Promise<unknown> };

export function createLossyStore(now: () => number): LossyStore {
  let inner = createMemoryStore({ encode: true });
  let changes: Change[] = [];
  const listeners: (() => void)[] = [];
  const change = <T>(carryOut: (store: Store) => Promise<T>): Promise<T> => {
    changes.push({ at: now(), carryOut });
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
    on_reconnect: (listener) => void listeners.push(listener),
    close: async () => {},
    lose: async (since) => {
      inner = createMemoryStore({ encode: true });
      changes = changes.filter(({ at }) => at < since);
      for (const { carryOut } of changes) await carryOut(inner);
      for (const listener of listeners) listener();
    },
  };
}

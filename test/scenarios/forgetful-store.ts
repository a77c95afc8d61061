import { createMemoryStore, type Store } from '@evenkeel/store';

/** A store that loses all that it holds when told to, as Redis does when it is flushed. */
export type ForgetfulStore = Store & { loseAll: () => void };

export function createForgetfulStore(): ForgetfulStore {
  let inner = createMemoryStore({ encode: true });
  const listeners: (() => void)[] = [];
  return {
    version: (scope) => inner.version(scope),
    get: (cluster, record, part) => inner.get(cluster, record, part),
    all: (cluster, record) => inner.all(cluster, record),
    commit: (scope, commit) => inner.commit(scope, commit),
    handled: (scope, cause) => inner.handled(scope, cause),
    outbox: (scope) => inner.outbox(scope),
    settle: (scope, ids) => inner.settle(scope, ids),
    position: (scope, stream) => inner.position(scope, stream),
    forget: (cluster) => inner.forget(cluster),
    trouble: () => null,
    on_reconnect: (listener) => void listeners.push(listener),
    close: async () => {},
    loseAll: () => {
      inner = createMemoryStore({ encode: true });
      for (const listener of listeners) listener();
    },
  };
}

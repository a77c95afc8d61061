/** For how long this process has seen each entry of the ledger unchanged, by its own machine's time. */
export type Watch = {
  /** Machine milliseconds since this revision of the key was first seen here. */
  unchanged: (key: string, revision: number) => number;
  /** Forgets all other keys of the cluster. */
  keep: (prefix: string, keys: string[]) => void;
};

export function createWatch(monotonic: () => number): Watch {
  const seen = new Map<string, { revision: number; since: number }>();
  return {
    unchanged: (key, revision) => {
      const now = monotonic();
      const known = seen.get(key);
      if (known?.revision === revision) return now - known.since;
      seen.set(key, { revision, since: now });
      return 0;
    },
    keep: (prefix, keys) => {
      const kept = new Set(keys);
      for (const key of seen.keys()) if (key.startsWith(`${prefix}.`) && !kept.has(key)) seen.delete(key);
    },
  };
}

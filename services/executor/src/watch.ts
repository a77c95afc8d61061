/** For how long this process has seen each entry of the ledger as it is, by its own machine's time: no clock that is set changes that. */
export type Watch = {
  /** Machine milliseconds since this revision of the key was first seen here. */
  unchanged: (key: string, revision: number) => number;
  /**
   * Cluster milliseconds since the key was first seen here at a stage, and `before` that; `scale` is how many pass in a machine's now.
   * What is said of the time before later than at first sight changes nothing.
   */
  elapsed: (key: string, stage: string, scale: number, before?: number) => number;
  /** Forgets all other keys of the cluster. */
  keep: (prefix: string, keys: string[]) => void;
};

export function createWatch(monotonic: () => number): Watch {
  const seen = new Map<string, { revision: number; since: number }>();
  const stages = new Map<string, Map<string, { elapsed: number; read_at: number }>>();
  return {
    unchanged: (key, revision) => {
      const now = monotonic();
      const known = seen.get(key);
      if (known?.revision === revision) return now - known.since;
      seen.set(key, { revision, since: now });
      return 0;
    },
    elapsed: (key, stage, scale, before = 0) => {
      const now = monotonic();
      const own = stages.get(key) ?? new Map<string, { elapsed: number; read_at: number }>();
      const { elapsed, read_at } = own.get(stage) ?? { elapsed: before, read_at: now };
      const next = { elapsed: elapsed + (now - read_at) * scale, read_at: now };
      stages.set(key, own.set(stage, next));
      return next.elapsed;
    },
    keep: (prefix, keys) => {
      const kept = new Set(keys);
      for (const known of [seen, stages])
        for (const key of known.keys()) if (key.startsWith(`${prefix}.`) && !kept.has(key)) known.delete(key);
    },
  };
}

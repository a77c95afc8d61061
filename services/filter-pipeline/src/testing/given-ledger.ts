import type { Context } from '@evenkeel/runtime';

type Ledger = Context<Record<never, never>, Record<never, never>>['ledger'];

/** Compare-and-set in a few lines. */
export function givenLedger(): Ledger {
  const kept = new Map<string, { json: string; revision: number }>();
  let last = 0;
  const put = (key: string, value: unknown) => {
    kept.set(key, { json: JSON.stringify(value), revision: ++last });
    return last;
  };
  const read = (key: string) => {
    const entry = kept.get(key);
    return entry ? { key, value: JSON.parse(entry.json) as unknown, revision: entry.revision } : null;
  };
  return {
    create: async (key, value) => (kept.has(key) ? null : put(key, value)),
    update: async (key, value, revision) => (kept.get(key)?.revision === revision ? put(key, value) : null),
    get: async (key) => read(key),
    remove: async (key, revision) => kept.get(key)?.revision === revision && kept.delete(key),
    list: async (prefix) => [...kept.keys()].filter((k) => k.startsWith(`${prefix}.`)).flatMap((k) => read(k) ?? []),
  };
}

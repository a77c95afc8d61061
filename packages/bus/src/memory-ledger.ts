import type { Ledger, LedgerEntry } from './port.ts';

/** Compare-and-set in one process; values are kept as JSON so that nobody can change one in place. */
export function createMemoryLedger(): Ledger {
  const entries = new Map<string, { json: string; revision: number }>();
  let revision = 0;

  const put = (key: string, value: unknown) => {
    entries.set(key, { json: JSON.stringify(value), revision: ++revision });
    return revision;
  };
  const entryOf = (key: string): LedgerEntry | null => {
    const kept = entries.get(key);
    return kept ? { key, value: JSON.parse(kept.json), revision: kept.revision } : null;
  };

  return {
    create: async (key, value) => (entries.has(key) ? null : put(key, value)),
    update: async (key, value, expected) => (entries.get(key)?.revision === expected ? put(key, value) : null),
    get: async (key) => entryOf(key),
    remove: async (key, expected) => {
      if (entries.get(key)?.revision !== expected) return false;
      revision++;
      return entries.delete(key);
    },
    list: async (prefix) =>
      [...entries.keys()]
        .filter((key) => prefix === '' || key === prefix || key.startsWith(`${prefix}.`))
        .sort()
        .map((key) => entryOf(key) as LedgerEntry),
  };
}

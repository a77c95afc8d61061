import type { Execution } from './execution.ts';

type News = { guest: string; reason: string };

/** Waiting that is the usual course of a migration. */
const usual = [
  'to be said',
  'running',
  'waiting for the guest to come to rest',
  'the figures of the nodes are still from before',
];

/** What migrations wait for, each reason once as long as it stays; figures that count on are no news. */
export function createWaitNews() {
  const told = new Map<string, string>();
  return {
    of: (cluster: string, executions: readonly Execution[], waits: ReadonlyMap<string, string>): News[] => {
      const prefix = `${cluster}/`;
      const present = new Set(executions.map(({ migration }) => prefix + migration.migration_id));
      for (const key of told.keys()) if (key.startsWith(prefix) && !present.has(key)) told.delete(key);
      return executions.flatMap(({ migration: { migration_id, guest } }): News[] => {
        const reason = waits.get(migration_id);
        const before = told.get(prefix + migration_id);
        const now = reason?.replace(/\d+/g, '0');
        if (now === undefined) told.delete(prefix + migration_id);
        else told.set(prefix + migration_id, now);
        return reason === undefined || now === before || usual.includes(reason) ? [] : [{ guest, reason }];
      });
    },
  };
}

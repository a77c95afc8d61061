import type { AnyRecord } from '../define.ts';
import { executions } from './executions.ts';
import { watchedMigrations } from './watched-migrations.ts';

/** Every record that a service keeps: this list is the schema of the store. */
export const records = [executions, watchedMigrations] as const satisfies readonly AnyRecord[];

export type { LoadSums, WatchedMigration } from './watched-migrations.ts';
export { executions, watchedMigrations };

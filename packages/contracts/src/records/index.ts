import type { AnyRecord } from '../define.ts';

/** Every record that a service keeps: this list is the schema of the store. */
export const records = [] as const satisfies readonly AnyRecord[];

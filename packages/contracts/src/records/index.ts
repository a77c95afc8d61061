import type { AnyRecord } from '../define.ts';
import { executions } from './executions.ts';

/** Every record that a service keeps: this list is the schema of the store. */
export const records = [executions] as const satisfies readonly AnyRecord[];

export { executions };

import type { AnyRecord } from '../define.ts';
import { executions } from './executions.ts';
import { guestHistories } from './guest-histories.ts';
import { openHours } from './open-hours.ts';

/** Every record that a service keeps: this list is the schema of the store. */
export const records = [executions, guestHistories, openHours] as const satisfies readonly AnyRecord[];

export * from './executions.ts';
export * from './guest-histories.ts';
export * from './open-hours.ts';

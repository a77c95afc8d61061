import type { AnyRecord } from '../define.ts';
import { executions } from './executions.ts';
import { guestHistories } from './guest-histories.ts';
import { nodeHistory } from './node-history.ts';
import { openHours } from './open-hours.ts';
import { recommenderMemory } from './recommender-memory.ts';

/** Every record that a service keeps: this list is the schema of the store. */
export const records = [
  executions,
  guestHistories,
  nodeHistory,
  openHours,
  recommenderMemory,
] as const satisfies readonly AnyRecord[];

export * from './executions.ts';
export * from './guest-histories.ts';
export * from './node-history.ts';
export * from './open-hours.ts';
export * from './recommender-memory.ts';

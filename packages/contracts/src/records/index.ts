import type { AnyRecord } from '../define.ts';
import { NodeHistory, nodeHistory } from './node-history.ts';
import { JudgedMove, RecommenderMemory, recommenderMemory } from './recommender-memory.ts';

/** Every record that a service keeps: this list is the schema of the store. */
export const records = [nodeHistory, recommenderMemory] as const satisfies readonly AnyRecord[];

export { JudgedMove, NodeHistory, nodeHistory, RecommenderMemory, recommenderMemory };

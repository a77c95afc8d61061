export * from './behavior-of.ts';
export type { Load } from './loads.ts';
export type { Look } from './measure.ts';
export * from './random.ts';

export * from './allowed-on.ts';
export * from './companions.ts';
export * from './crs.ts';
export { decidingFlags } from './flags-of.ts';
export * from './lands-on.ts';
export * from './may-move.ts';
export * from './rule-context.ts';
export * from './tags.ts';
export * from './violations.ts';

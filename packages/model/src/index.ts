export * from './penalty.ts';
export * from './series.ts';
export * from './statistics.ts';
export * from './time.ts';

export * from './penalty.ts';
export * from './time.ts';

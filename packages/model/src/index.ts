export * from './cost.ts';
export * from './local-time.ts';
export * from './penalty.ts';
export * from './plan-state.ts';
export * from './predict.ts';
export * from './rules/index.ts';
export * from './series.ts';
export * from './statistics.ts';

export * from './time.ts';

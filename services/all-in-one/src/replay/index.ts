export * from '../backtest/trace-cluster.ts';
export * from '../backtest/world.ts';
export * from './open-replay.ts';

export * from './trace-cluster.ts';
export * from './world.ts';

export * from './approval.ts';
export * from './process.ts';
export * from './world.ts';

export * from './approval.ts';
export * from './https-lab.ts';
export * from './lab.ts';
export * from './planned.ts';
export * from './process.ts';
export * from './world.ts';

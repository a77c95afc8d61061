export { playConfig } from './play-config.ts';
export { streamRecording } from './read-recording.ts';
export * from './trace-cluster.ts';
export * from './world.ts';

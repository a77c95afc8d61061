export { connectRedis } from './connect-redis.ts';
export { inspectRedis, type RedisLook } from './inspect-redis.ts';
export { createMemoryStore, type MemoryStore, type MemoryStoreOptions } from './memory-store.ts';
export * from './port.ts';
export type { RedisOptions } from './redis-client.ts';
export { noVersion, stillKnows, type Version } from './version.ts';

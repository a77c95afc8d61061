import type { RedisOptions } from './redis-client.ts';

export type RedisLook = {
  version: string;
  role: string;
  /** Writes an append-only file. */
  aof: boolean;
  /** Null where it may not be asked. */
  appendfsync: string | null;
  /** Its last write to that file, or its last snapshot, failed. */
  cannot_persist: boolean;
  maxmemory_policy: string;
  /** Bytes; 0 is no limit. */
  maxmemory: number;
  used_memory: number;
  /** Keys that it threw away to make room since it started. */
  evicted_keys: number;
  /** Its clock less this machine's, milliseconds. */
  clock_ahead_ms: number;
};

/** Looks at a Redis without changing anything; its client is loaded only by those that look. Throws as `connectRedis` does. */
export async function inspectRedis(options: RedisOptions): Promise<RedisLook> {
  const { lookAtRedis } = await import('./redis-look.ts');
  return lookAtRedis(options);
}

import type { RedisLook } from './inspect-redis.ts';
import { connectRedisClient, type RedisOptions } from './redis-client.ts';

/** Reads what the server says of itself. */
export async function lookAtRedis(options: RedisOptions): Promise<RedisLook> {
  const { redis } = await connectRedisClient(options);
  try {
    const info = parseInfo(await redis.info());
    const asked = Date.now();
    const [seconds, micros] = (await redis.time()).map(Number) as [number, number];
    const middle = (asked + Date.now()) / 2;
    return {
      version: info.get('redis_version') ?? info.get('valkey_version') ?? 'unknown',
      role: info.get('role') ?? 'unknown',
      aof: info.get('aof_enabled') === '1',
      appendfsync: await settingOf(redis, 'appendfsync'),
      cannot_persist: ['aof_last_write_status', 'rdb_last_bgsave_status'].some((name) => info.get(name) === 'err'),
      maxmemory_policy: info.get('maxmemory_policy') ?? (await settingOf(redis, 'maxmemory-policy')) ?? 'unknown',
      maxmemory: Number(info.get('maxmemory') ?? 0),
      used_memory: Number(info.get('used_memory') ?? 0),
      evicted_keys: Number(info.get('evicted_keys') ?? 0),
      clock_ahead_ms: Math.round(1_000 * seconds + micros / 1_000 - middle),
    };
  } finally {
    redis.disconnect();
  }
}

const parseInfo = (text: string): Map<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const at = line.indexOf(':');
      return at > 0 && !line.startsWith('#') ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    }),
  );

type Asked = { config: (get: 'GET', name: string) => Promise<unknown> };

/** Managed servers often refuse to tell. */
async function settingOf(redis: Asked, name: string): Promise<string | null> {
  const answer = await redis.config('GET', name).catch(() => null);
  return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : null;
}

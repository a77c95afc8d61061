import { testRedis } from '@evenkeel/servers/test';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { connectRedis } from './connect-redis.ts';
import { inspectRedis } from './inspect-redis.ts';

const own = await testRedis({ kind: 'own' });
afterAll(() => own?.stop());
const url = own?.url ?? '';

describe.skipIf(!own)('looking at Redis', () => {
  test('how it keeps what it is told', async () => {
    const look = await inspectRedis({ url });
    expect(look).toMatchObject({
      role: 'master',
      aof: true,
      appendfsync: 'everysec',
      cannot_persist: false,
      maxmemory_policy: 'noeviction',
      maxmemory: 0,
      evicted_keys: 0,
    });
    expect(Math.abs(look.clock_ahead_ms)).toBeLessThan(2_000);
  });

  test('a password that does not stand in the address is used, and never told', async () => {
    const admin = new Redis(url);
    await admin.config('SET', 'requirepass', 'hunter22');
    const store = await connectRedis({ url, password: 'hunter22' });
    expect(await store.version({ service: 's', cluster: 'c' })).toBe('0/');
    await store.close();
    expect((await inspectRedis({ url, password: 'hunter22' })).role).toBe('master');
    const refused = await inspectRedis({ url, password: 'wrong-hunter', patience_ms: 500 }).catch((error) => error);
    expect(refused.message).toMatch(/cannot connect to Redis/);
    expect(refused.message).not.toContain('hunter');
    await admin.config('SET', 'requirepass', '');
    admin.disconnect();
  });
});

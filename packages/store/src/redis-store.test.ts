import { setTimeout as sleep } from 'node:timers/promises';
import { testRedis } from '@evenkeel/servers/test';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { commitOf, freshScope, storeContract } from './contract.ts';
import { connectRedis } from './redis-store.ts';
import { noVersion, stillKnows } from './version.ts';

const any = await testRedis();
const own = await testRedis({ kind: 'own' });
afterAll(() => Promise.all([any?.stop(), own?.stop()]));
const url = own?.url ?? '';

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(2);
}

describe.skipIf(!any)('with a server', () => {
  storeContract('Redis', () => connectRedis({ url: any?.url ?? '', prefix: 'contract' }));
});

describe.skipIf(!own)('Redis in trouble', () => {
  test('a receipt is kept for its time', async () => {
    const store = await connectRedis({ url });
    const scope = freshScope();
    await store.commit(scope, commitOf({ causes: ['brief'], receipt_ttl_seconds: 0.05 }));
    expect(await store.handled(scope, 'brief')).toBe(true);
    await sleep(100);
    expect(await store.handled(scope, 'brief')).toBe(false);
    await store.close();
  });

  test('what was kept before there were epochs goes on, and is called by one from its next commit on', async () => {
    const store = await connectRedis({ url, prefix: 'older' });
    const redis = new Redis(url);
    const key = (what: string) => `older:{lab}:service:scorer:${what}`;
    await redis.hset(key('head'), 'version', 57, 'parked', 10);
    await redis.hset(key('outbox'), '9', '"nine"', '10', '"ten"');
    const scope = { service: 'scorer', cluster: 'lab' };
    expect(await store.version(scope)).toBe('57/');
    expect(stillKnows('57/', '56/')).toBe(true);
    expect(await store.commit(scope, commitOf({ id: 'now', expected_version: '57/', outbox: ['eleven'] }))).toBe(
      '58/now',
    );
    const parked = await store.outbox(scope);
    expect(parked.map(({ message }) => message)).toEqual(['nine', 'ten', 'eleven']);
    await store.settle(
      scope,
      parked.slice(0, 2).map(({ id }) => id),
    );
    expect(await store.outbox(scope)).toEqual(parked.slice(2));
    expect(await store.commit(scope, commitOf({ id: 'next', expected_version: '58/now' }))).toBe('59/now');
    redis.disconnect();
    await store.close();
  });

  test('a cluster is forgotten in one step: what is built anew by whoever notices stays, whole', async () => {
    const [store, beside] = await Promise.all([connectRedis({ url }), connectRedis({ url })]);
    const scope = freshScope();
    const writes = [...Array(60).keys()].map((n) => ({ record: `record-${n}`, part: 'all', value: n }));
    let version: string | null = noVersion;
    for (let n = 0; n < 60; n++) {
      const causes = [...Array(500).keys()].map((event) => `event/${n}/${event}`);
      version = await store.commit(scope, commitOf({ expected_version: version ?? '', causes, writes }));
    }
    const forgotten = store.forget(scope.cluster);
    while ((await beside.version(scope)) !== noVersion);
    expect(await beside.handled(scope, 'event/30/250')).toBe(false);
    expect(await beside.commit(scope, commitOf({ id: 'anew', writes, outbox: ['said'] }))).toBe('1/anew');
    await forgotten;
    for (const { record, value } of writes) expect(await store.get(scope.cluster, record, 'all')).toBe(value);
    expect(await store.outbox(scope)).toHaveLength(1);
    await Promise.all([store.close(), beside.close()]);
  });

  test('all keys of a cluster share one hash tag', async () => {
    const store = await connectRedis({ url, prefix: 'tagged' });
    const writes = [{ record: 'scores', part: 'all', value: 1 }];
    await store.commit(
      { service: 's', cluster: 'a b' },
      commitOf({ writes, outbox: [1], positions: [{ stream: 'x', sequence: 1 }] }),
    );
    const redis = new Redis(url);
    const keys = await redis.keys('tagged:*');
    expect(keys).toHaveLength(5);
    for (const key of keys) expect(key).toMatch(/^tagged:\{a%20b\}:/u);
    redis.disconnect();
    await store.close();
  });

  test('a Redis that refuses writes is told, a commit then changes nothing, and all is well afterwards', async () => {
    const store = await connectRedis({ url });
    const redis = new Redis(url);
    const scope = freshScope();
    const commit = commitOf({ outbox: ['x'], writes: [{ record: 'scores', part: 'all', value: 1 }] });
    await redis.config('SET', 'maxmemory', '1');
    await expect(store.commit(scope, commit)).rejects.toThrow(/OOM/u);
    expect(await store.outbox(scope)).toEqual([]);
    expect(store.trouble()).toMatch(/^Redis at 127.0.0.1:\d+ refuses: .*OOM/u);
    await redis.config('SET', 'maxmemory', '0');
    expect(await store.outbox(scope)).toEqual([]);
    expect(await store.commit(scope, commit)).toBe('1/first');
    expect(store.trouble()).toBeNull();
    redis.disconnect();
    await store.close();
  });

  test('a Redis that takes writes again is told within seconds, even where nobody writes', async () => {
    const store = await connectRedis({ url });
    const redis = new Redis(url);
    await redis.replicaof('127.0.0.1', '1');
    await expect(store.commit(freshScope(), commitOf({}))).rejects.toThrow(/READONLY/u);
    await until(() => store.trouble() !== null);
    await sleep(1_500);
    expect(store.trouble()).toMatch(/refuses: .*READONLY/u);
    await redis.replicaof('NO', 'ONE');
    await until(() => store.trouble() === null);
    redis.disconnect();
    await store.close();
  });

  test('after a crash the store is there again, tells it, and what was on disk is known', async () => {
    const store = await connectRedis({ url });
    const scope = freshScope();
    let reconnections = 0;
    store.on_reconnect(() => reconnections++);
    await store.commit(scope, commitOf({ causes: ['before'] }));
    await sleep(1_200);
    let meanwhile: Promise<string | null> | undefined;
    await own?.restart?.(async () => {
      await until(() => store.trouble() !== null);
      expect(store.trouble()).toMatch(/no connection to Redis/u);
      meanwhile = store.commit(scope, commitOf({ expected_version: '1/first', causes: ['meanwhile'] }));
    });
    expect(await meanwhile).toBe('2/first');
    expect(reconnections).toBe(1);
    expect(store.trouble()).toBeNull();
    expect(await store.handled(scope, 'before')).toBe(true);
    await store.close();
  });

  test('a Redis that hangs is told, what is asked of it fails, and it is there again by itself once it answers', async () => {
    const store = await connectRedis({ url, silence_ms: 400 });
    const scope = freshScope();
    await store.commit(scope, commitOf({ causes: ['before'] }));
    const told: (string | null)[] = [];
    await own?.hang?.(async () => {
      const began = performance.now();
      await until(() => store.trouble() !== null);
      told.push(store.trouble());
      expect(performance.now() - began).toBeLessThan(2_000);
      await expect(store.version(scope)).rejects.toThrow(/^Redis at 127.0.0.1:\d+ does not answer$/u);
      await sleep(1_000);
      told.push(store.trouble());
      expect(performance.now() - began).toBeLessThan(6_000);
    });
    expect(told).toEqual(Array(2).fill(expect.stringMatching(/^Redis at 127.0.0.1:\d+ does not answer$/u)));
    await until(() => store.trouble() === null);
    expect(await store.handled(scope, 'before')).toBe(true);
    expect(await store.commit(scope, commitOf({ expected_version: '1/first' }))).toBe('2/first');
    await store.close();
  });

  test('a Redis that was flushed starts from nothing, and an old commit does not pass', async () => {
    const store = await connectRedis({ url });
    const scope = freshScope();
    await store.commit(scope, commitOf({}));
    const redis = new Redis(url);
    await redis.flushall();
    redis.disconnect();
    expect(await store.version(scope)).toBe('0/');
    expect(await store.commit(scope, commitOf({ expected_version: '1/first' }))).toBeNull();
    await store.close();
  });
});

test('where nobody answers, the error names the server and no password', async () => {
  const refused = connectRedis({ url: 'redis://me:secret@127.0.0.1:1', patience_ms: 200 });
  await expect(refused).rejects.toThrow(/cannot connect to Redis at 127.0.0.1:1: /u);
  await expect(refused).rejects.not.toThrow(/secret/u);
});

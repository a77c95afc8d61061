import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findServers } from './find-servers.ts';
import { startNats } from './start-nats.ts';
import { startRedis } from './start-redis.ts';
import { sayAbsent } from './test-absence.ts';

const servers = await findServers();
if (!servers.nats || !servers.redis) sayAbsent('nats-server or redis-server', servers.reasons);
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'evenkeel-servers-'));
});
afterAll(() => rm(dir, { recursive: true }));

test('what is missing has a reason', () => {
  const missing = Object.entries({ nats: servers.nats, redis: servers.redis }).filter(([, binary]) => binary === null);
  expect(servers.reasons).toHaveLength(missing.length);
});

test('nothing is fetched where that is not wanted', async () => {
  const told: string[] = [];
  const found = await findServers({ cache: join(dir, 'empty'), fetch: false, tell: (sentence) => told.push(sentence) });
  expect([...told, ...found.reasons]).toEqual([]);
});

const refuses = (port: number) =>
  new Promise((resolve) => {
    connect(port, '127.0.0.1')
      .on('error', () => resolve(true))
      .on('connect', () => resolve(false));
  });

describe.skipIf(!servers.nats || !servers.redis)('servers', () => {
  test('two of a kind run side by side and end when told', async () => {
    const binary = servers.nats as NonNullable<typeof servers.nats>;
    const both = await Promise.all(['a', 'b'].map((name) => startNats({ binary, dir: join(dir, name) })));
    expect(new Set(both.map(({ url }) => url)).size).toBe(2);
    await both[0]?.stop();
    await both[1]?.kill();
    for (const { port } of both) expect(await refuses(port)).toBe(true);
  });

  test('a server that does not start says why', async () => {
    const binary = servers.nats as NonNullable<typeof servers.nats>;
    const broken = startNats({ binary, dir: join(dir, 'broken'), config: 'no_such_setting: 1' });
    await expect(broken).rejects.toThrow(/no_such_setting/u);
  });

  test('redis starts again on its port', async () => {
    const binary = servers.redis as NonNullable<typeof servers.redis>;
    const first = await startRedis({ binary, dir: join(dir, 'redis') });
    await first.kill();
    const second = await startRedis({ binary, dir: join(dir, 'redis'), port: first.port });
    expect(second.url).toBe(first.url);
    await second.stop();
  });
});

import { forgetScript } from './forget-script.ts';
import type { Commit, Scope, Store } from './port.ts';
import { connectRedisClient, type RedisOptions } from './redis-client.ts';
import { versionOf } from './version.ts';

/**
 * A store on Redis 6.2 or newer. Redis may lose its last second in a crash (and everything when flushed): what it holds is a view, and
 * `on_reconnect` is where to hold it against the truth. A commit whose answer was lost may be answered with null although it
 * was done: its cause is then `handled`.
 */
export async function connectRedis(options: RedisOptions): Promise<Store> {
  const { redis, watched, wrote, trouble, on_reconnect } = await connectRedisClient(options);
  const keys = keysWith(options.prefix ?? 'evenkeel');

  return {
    version: async (scope) => {
      const [commits, epoch] = await watched(redis.hmget(keys.scope(scope, 'head'), 'version', 'epoch'));
      return versionOf(commits ?? 0, epoch ?? '');
    },
    get: async (cluster, record, part) => parseOrNull(await watched(redis.hget(keys.record(cluster, record), part))),
    all: async (cluster, record) => {
      const parts = await watched(redis.hgetall(keys.record(cluster, record)));
      return Object.fromEntries(Object.entries(parts).map(([part, json]) => [part, JSON.parse(json)]));
    },
    commit: async (scope, commit) => {
      const { names, values } = argumentsOf(scope, commit, keys);
      const version = await watched(redis.evalCommit(names.length, ...names, ...values));
      if (version !== null) wrote();
      return version;
    },
    handled: async (scope, cause) => (await watched(redis.exists(keys.scope(scope, `receipt:${cause}`)))) === 1,
    outbox: async (scope) => {
      const parked = Object.entries(await watched(redis.hgetall(keys.scope(scope, 'outbox'))));
      return parked
        .sort(([a], [b]) => placeOf(a) - placeOf(b))
        .map(([id, json]) => ({ id, message: JSON.parse(json) }));
    },
    settle: async (scope, ids) => (ids.length > 0 ? await watched(redis.hdel(keys.scope(scope, 'outbox'), ...ids)) : 0),
    position: async (scope, stream) => Number((await watched(redis.hget(keys.scope(scope, 'positions'), stream))) ?? 0),
    forget: async (cluster) => {
      const match = `${keys.of(cluster).replace(/[*?[\]\\]/g, '\\$&')}:*`;
      await watched(redis.eval(forgetScript, 1, keys.of(cluster), match));
    },
    trouble,
    on_reconnect,
    close: async () => redis.disconnect(),
  };
}

type Keys = ReturnType<typeof keysWith>;

/** Everything of a cluster has one hash tag. */
function keysWith(prefix: string) {
  const of = (cluster: string) => `${prefix}:{${encodeURIComponent(cluster)}}`;
  return {
    of,
    record: (cluster: string, record: string) => `${of(cluster)}:record:${record}`,
    scope: ({ cluster, service }: Scope, what: string) => `${of(cluster)}:service:${service}:${what}`,
  };
}

function argumentsOf(scope: Scope, commit: Commit, keys: Keys): { names: string[]; values: (string | number)[] } {
  const records = [...new Set(commit.writes.map(({ record }) => record))];
  const receipts = commit.causes.map((cause) => `receipt:${cause}`);
  const names = ['head', 'outbox', 'positions', ...receipts].map((what) => keys.scope(scope, what));
  const positions = commit.positions ?? [];
  const writes = commit.writes.flatMap(({ record, part, value }) => [
    records.indexOf(record) + 1,
    part,
    value === null ? '0' : '1',
    value === null ? '' : JSON.stringify(value),
  ]);
  const messages = commit.outbox.map((message) => JSON.stringify(message));
  const life_ms = Math.max(1, Math.round(commit.receipt_ttl_seconds * 1_000));
  return {
    names: [...names, ...records.map((record) => keys.record(scope.cluster, record))],
    values: [
      commit.expected_version,
      commit.id,
      life_ms,
      receipts.length,
      positions.length,
      messages.length,
      ...positions.flatMap(({ stream, sequence }) => [stream, sequence]),
      ...messages,
      ...writes,
    ],
  };
}

/** An id begins with it, and was nothing else before. */
const placeOf = (id: string): number => Number.parseInt(id, 10);

function parseOrNull(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}

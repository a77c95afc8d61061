import type { RedisLook } from '@evenkeel/store';
import { type Finding, findingsAbout } from './finding.ts';
import { judgeClock } from './judge-clock.ts';

const about = findingsAbout('Redis');

/** Whether this Redis remembers what it is told; what it forgets is built again from NATS, but that takes a while. */
export const judgeRedis = (look: RedisLook): Finding[] => [
  judgeRole(look),
  judgeEviction(look),
  judgePersistence(look),
  judgeMemory(look),
  judgeClock(about, 'Redis', look.clock_ahead_ms),
];

function judgeRole({ version, role }: RedisLook): Finding {
  if (role === 'master' || role === 'unknown') return about.ok('connection', `answers, version ${version}`);
  return about.problem(
    'connection',
    `version ${version} answers, but as a ${role}, which takes no writes`,
    'let EVENKEEL_REDIS_URL name the primary',
  );
}

function judgeEviction({ maxmemory_policy: policy, maxmemory, evicted_keys }: RedisLook): Finding {
  const advice =
    'redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf; caches belong into another Redis';
  if (evicted_keys > 0)
    return about.problem('eviction', `has thrown away ${evicted_keys} keys to make room (${policy})`, advice);
  if (policy === 'noeviction') return about.ok('eviction', 'noeviction: nothing is thrown away to make room');
  const found = `maxmemory-policy is ${policy}: it throws away what services remember once memory is short`;
  return maxmemory > 0
    ? about.problem('eviction', found, advice)
    : about.warning('eviction', `${found}; there is no limit now`, advice);
}

function judgePersistence({ aof, appendfsync, cannot_persist }: RedisLook): Finding {
  if (cannot_persist)
    return about.problem(
      'persistence',
      'could not write to its disk, and refuses writes for that',
      'see its log and the space of its disk (df)',
    );
  if (!aof)
    return about.warning(
      'persistence',
      'appendonly is off: after a crash all is built again from NATS, during which nothing moves',
      'redis-cli CONFIG SET appendonly yes, and the same in redis.conf',
    );
  if (appendfsync === 'no')
    return about.warning(
      'persistence',
      'appendfsync is no: a power cut loses up to half a minute, which is built again from NATS',
      'redis-cli CONFIG SET appendfsync everysec, and the same in redis.conf',
    );
  return about.ok('persistence', `append-only file, synced ${appendfsync ?? 'as it is set'}`);
}

function judgeMemory({ used_memory, maxmemory }: RedisLook): Finding {
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  if (maxmemory === 0) return about.ok('memory', `${mib(used_memory)} used, no limit`);
  const found = `${mib(used_memory)} of ${mib(maxmemory)} used`;
  if (used_memory < 0.8 * maxmemory) return about.ok('memory', found);
  return about.warning('memory', found, 'raise maxmemory: 1 GiB is ample for 3,000 guests');
}

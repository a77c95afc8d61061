import { inspectNats } from '@evenkeel/bus';
import { natsOptionsOf, redisOptionsOf, type Settings } from '@evenkeel/runtime';
import { inspectRedis } from '@evenkeel/store';
import { type Finding, findingsAbout } from './finding.ts';
import { inTime } from './in-time.ts';
import { judgeNats, type SyncLook } from './judge-nats.ts';
import { judgeRedis } from './judge-redis.ts';

const patience_ms = 3_000;

/** NATS: whether it is there, keeps what it acknowledges, and its streams are as Evenkeel sets them. */
export async function checkNats(settings: Settings, monitorUrl?: string): Promise<Finding[]> {
  const about = findingsAbout('NATS');
  if (settings.nats_url === 'memory:')
    return [
      about.warning('connection', 'memory: it forgets everything when the process ends', 'set EVENKEEL_NATS_URL'),
    ];
  const monitor = monitorUrl ?? `http://${hostOf(settings.nats_url)}:8222`;
  const options = { ...natsOptionsOf(settings, 'doctor'), patience_ms };
  const [look, sync] = await Promise.all([inTime(inspectNats(options), 3 * patience_ms), lookAtSync(monitor)]);
  if (look.ok) return judgeNats(look.value, sync, monitor);
  const advice =
    'is nats-server up, with jetstream {} in its configuration, and reachable from here? EVENKEEL_NATS_URL, _USER, _PASSWORD(_FILE) and _CA_FILE say how';
  return [about.problem('connection', look.error.message, advice)];
}

/** Redis: whether it is there, and keeps what it is told. */
export async function checkRedis(settings: Settings): Promise<Finding[]> {
  const about = findingsAbout('Redis');
  if (settings.redis_url === 'memory:')
    return [
      about.warning('connection', 'memory: it forgets everything when the process ends', 'set EVENKEEL_REDIS_URL'),
    ];
  const look = await inTime(inspectRedis({ ...redisOptionsOf(settings), patience_ms }), 3 * patience_ms);
  if (look.ok) return judgeRedis(look.value);
  const advice =
    'is redis-server up and reachable from here? EVENKEEL_REDIS_URL and _PASSWORD(_FILE) say how; without it nothing is decided';
  return [about.problem('connection', look.error.message, advice)];
}

const hostOf = (urls: string): string => new URL(urls.split(',')[0]!.trim()).hostname;

/** What the monitoring port tells of the JetStream settings; only this port does. */
async function lookAtSync(monitor: string): Promise<SyncLook> {
  const asked = fetch(new URL('/jsz', monitor), { signal: AbortSignal.timeout(patience_ms) });
  const body = await asked.then((answer) => answer.json()).catch(() => null);
  const config = (body as { config?: { sync_always?: boolean; sync_interval?: number } } | null)?.config;
  if (!config) return null;
  return { always: config.sync_always === true, interval_ms: (config.sync_interval ?? 0) / 1e6 };
}

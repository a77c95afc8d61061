import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServers, type RunningServer, startNats, startRedis } from '@evenkeel/servers';

export type DemoServers = { nats_url: string; redis_url: string; sentence: string; close: () => Promise<void> };

/** Real servers where they can be found or fetched, else none: then the demo runs in memory, and says so. */
export async function openServers(tell: (sentence: string) => void): Promise<DemoServers> {
  const { nats, redis, reasons } = await findServers({ tell });
  if (!nats || !redis) {
    const why = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
    return {
      nats_url: 'memory:',
      redis_url: 'memory:',
      sentence: `no nats-server or redis-server to be had${why}: running in memory, which forgets everything at the end`,
      close: async () => {},
    };
  }
  const dir = await mkdtemp(join(tmpdir(), 'evenkeel-demo-'));
  const started: RunningServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  };
  try {
    started.push(await startNats({ binary: nats, dir: join(dir, 'nats') }));
    started.push(await startRedis({ binary: redis, dir: join(dir, 'redis') }));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    nats_url: started[0]!.url,
    redis_url: started[1]!.url,
    sentence: `nats-server on ${started[0]!.url}, redis-server on ${started[1]!.url}`,
    close,
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FoundServers, findServers, type RunningServer, startNats, startRedis } from '@evenkeel/servers';
import { sayAbsent } from '@evenkeel/servers/test';

export type Server = {
  url: string;
  /** Ends it as a crash would. */
  kill: () => Promise<void>;
  /** Again on the same port with the same data. */
  start: () => Promise<void>;
};

export type Servers = { dir: string; nats: Server; redis: Server; close: () => Promise<void> };

type Both = { [K in keyof Pick<FoundServers, 'nats' | 'redis'>]: NonNullable<FoundServers[K]> };

/** What this machine has, or null, said once, where one of the two is not to be had; an error where CI is set. */
export async function findBoth(): Promise<Both | null> {
  const { nats, redis, reasons } = await findServers();
  if (nats && redis) return { nats, redis };
  return sayAbsent('nats-server or redis-server', reasons);
}

/** Real servers on free ports, with a folder that is gone in the end. */
export async function openServers({ nats, redis }: Both, natsConfig = ''): Promise<Servers> {
  const dir = await mkdtemp(join(tmpdir(), 'evenkeel-e2e-'));
  const one = async (start: (port?: number) => Promise<RunningServer>): Promise<Server> => {
    let running = await start();
    const { url, port } = running;
    return {
      url,
      kill: () => running.kill(),
      start: async () => {
        running = await start(port);
      },
    };
  };
  const at = (port?: number) => (port === undefined ? {} : { port });
  const bus = await one((port) => startNats({ binary: nats, dir: join(dir, 'nats'), config: natsConfig, ...at(port) }));
  const store = await one((port) => startRedis({ binary: redis, dir: join(dir, 'redis'), ...at(port) }));
  return {
    dir,
    nats: bus,
    redis: store,
    close: async () => {
      await Promise.all([bus.kill(), store.kill()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

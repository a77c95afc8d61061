import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type FoundServers,
  findServers,
  type NatsCluster,
  type RunningServer,
  startNats,
  startNatsCluster,
  startRedis,
} from '@evenkeel/servers';
import { sayAbsent } from '@evenkeel/servers/test';

export type Server = {
  url: string;
  /** Ends it as a crash would. */
  kill: () => Promise<void>;
  /** Stands still (SIGSTOP): its port takes connections, and nobody answers. */
  hang: () => Promise<void>;
  /** Goes on where it stood still. */
  goOn: () => Promise<void>;
  /** Again on the same port with the same data. */
  start: () => Promise<void>;
};

export type Servers = { dir: string; nats: Server; redis: Server; close: () => Promise<void> };

/** NATS with three copies of everything, beside one Redis. */
export type ClusteredServers = { dir: string; nats: NatsCluster; redis: Server; close: () => Promise<void> };

export type Both = { [K in keyof Pick<FoundServers, 'nats' | 'redis'>]: NonNullable<FoundServers[K]> };

/** What this machine has, or null, said once, where one of the two is not to be had; an error where CI is set. */
export async function findBoth(): Promise<Both | null> {
  const { nats, redis, reasons } = await findServers();
  if (nats && redis) return { nats, redis };
  return sayAbsent('nats-server or redis-server', reasons);
}

/** Where its data lie, and the most that it may take of that disk. */
type MoreOfNats = { dir?: string; max_file?: string };

/** Real servers on free ports, with a folder that is gone in the end. */
export async function openServers({ nats, redis }: Both, natsConfig = '', more: MoreOfNats = {}): Promise<Servers> {
  const dir = await mkdtemp(join(tmpdir(), 'evenkeel-e2e-'));
  const own = { binary: nats, dir: join(dir, 'nats'), config: natsConfig, ...more };
  const bus = await restartable((at) => startNats({ ...own, ...at }));
  const store = await openRedis(redis, dir);
  return { dir, nats: bus, redis: store, close: () => closeAll(dir, [bus.kill, store.kill]) };
}

/** The same with three nats-servers. */
export async function openClusteredServers({ nats, redis }: Both): Promise<ClusteredServers> {
  const dir = await mkdtemp(join(tmpdir(), 'evenkeel-e2e-'));
  const cluster = await startNatsCluster({ binary: nats, dir: join(dir, 'nats') });
  const store = await openRedis(redis, dir);
  return { dir, nats: cluster, redis: store, close: () => closeAll(dir, [cluster.close, store.kill]) };
}

const openRedis = (binary: Both['redis'], dir: string): Promise<Server> =>
  restartable((at) => startRedis({ binary, dir: join(dir, 'redis'), ...at }));

async function restartable(start: (at: { port?: number }) => Promise<RunningServer>): Promise<Server> {
  let running = await start({});
  const { url, port } = running;
  return {
    url,
    kill: () => running.kill(),
    hang: async () => void process.kill(running.pid, 'SIGSTOP'),
    goOn: async () => void process.kill(running.pid, 'SIGCONT'),
    start: async () => {
      running = await start({ port });
    },
  };
}

async function closeAll(dir: string, closers: (() => Promise<void>)[]): Promise<void> {
  await Promise.all(closers.map((close) => close()));
  await rm(dir, { recursive: true, force: true });
}

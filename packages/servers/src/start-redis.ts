import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, type RunningServer, startProgram } from './running-server.ts';
import type { ServerBinary } from './server-binary.ts';

export type RedisOptions = {
  binary: ServerBinary;
  /** Holds its data and log. */
  dir: string;
  /** Default: a free one. */
  port?: number;
};

/** Runs redis-server on this machine only; after a crash it may lack its last second. */
export async function startRedis({ binary, dir, port: wanted }: RedisOptions): Promise<RunningServer> {
  await mkdir(dir, { recursive: true });
  const port = wanted ?? (await freePort());
  const settings = { bind: '127.0.0.1', port: `${port}`, dir, appendonly: 'yes', appendfsync: 'everysec', save: '' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return startProgram({ name: 'redis-server', binary, args, log: join(dir, 'redis.log') }, port, 'redis');
}

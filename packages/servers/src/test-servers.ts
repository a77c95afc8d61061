import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServers } from './find-servers.ts';
import { startNats } from './start-nats.ts';
import { startRedis } from './start-redis.ts';
import { sayAbsent } from './test-absence.ts';
import { startContainer } from './test-containers.ts';
import type { TestServer } from './test-server.ts';

export { sayAbsent } from './test-absence.ts';

export type TestServerOptions = {
  /** Default: as the environment, Docker and the machine have it. `own`: a process on this machine, which can be restarted. */
  kind?: 'any' | 'own';
  /** Lines added to the configuration of a NATS of one's own. */
  config?: string;
};

/**
 * A NATS for one test file: EVENKEEL_TEST_NATS_URL, else a container, else a process of the machine's own or a fetched nats-server.
 * Null where there is none (an error where CI is set); say so with `describe.skipIf`.
 */
export async function testNats(options: TestServerOptions = {}): Promise<TestServer | null> {
  return (await standing('EVENKEEL_TEST_NATS_URL', 'nats', options)) ?? ownServer('nats', options);
}

/** A Redis for one test file: EVENKEEL_TEST_REDIS_URL, else as `testNats`. */
export async function testRedis(options: TestServerOptions = {}): Promise<TestServer | null> {
  return (await standing('EVENKEEL_TEST_REDIS_URL', 'redis', options)) ?? ownServer('redis', options);
}

async function standing(
  variable: string,
  name: 'nats' | 'redis',
  options: TestServerOptions,
): Promise<TestServer | null> {
  if (options.kind === 'own' || options.config) return null;
  const url = process.env[variable];
  if (url) return { url, stop: async () => {} };
  const docker = process.env.DOCKER_HOST ?? (existsSync('/var/run/docker.sock') ? 'local' : '');
  return docker ? startContainer(name) : null;
}

async function ownServer(name: 'nats' | 'redis', { config = '' }: TestServerOptions): Promise<TestServer | null> {
  const found = await findServers();
  const binary = found[name];
  if (!binary) return sayAbsent(`${name}-server`, found.reasons);
  const dir = await mkdtemp(join(tmpdir(), `evenkeel-${name}-`));
  const start = (port?: number) => {
    const options = { binary, dir, ...(port ? { port } : {}) };
    return name === 'nats' ? startNats({ ...options, config }) : startRedis(options);
  };
  let server = await start();
  return {
    url: server.url,
    stop: async () => {
      await server.kill();
      await rm(dir, { recursive: true, force: true });
    },
    hang: async (meanwhile) => {
      process.kill(server.pid, 'SIGSTOP');
      await meanwhile().finally(() => process.kill(server.pid, 'SIGCONT'));
    },
    restart: async (meanwhile = async () => {}) => {
      await server.kill();
      await meanwhile();
      server = await start(server.port);
    },
  };
}

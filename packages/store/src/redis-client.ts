import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { commitScript } from './commit-script.ts';

export type RedisOptions = {
  /** `redis://` or `rediss://`, with user, password and database where needed. */
  url: string;
  /** Of the server's default user, where it does not stand in the URL. */
  password?: string;
  /** Before every key; default `evenkeel`. */
  prefix?: string;
  /** Path of a PEM file, for a server with a certificate of one's own authority. */
  ca_file?: string;
  /** How long to go on trying to connect at first, milliseconds; default 20 s. */
  patience_ms?: number;
};

type Client = Redis & { evalCommit: (keys: number, ...values: (string | number)[]) => Promise<number | null> };

export type RedisClient = {
  redis: Client;
  /** Passes an answer on, and remembers whether Redis refused. */
  watched: <T>(answer: Promise<T>) => Promise<T>;
  trouble: () => string | null;
  on_reconnect: (listener: () => void) => void;
};

/** Connects and goes on reconnecting for ever; a command that finds no connection for about 5 s fails. */
export async function connectRedisClient(options: RedisOptions): Promise<RedisClient> {
  const { host } = new URL(options.url);
  let trouble: string | null = null;
  let lastError = 'no answer';
  const listeners: (() => void)[] = [];
  const redis = new Redis(options.url, {
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(options.ca_file && { tls: { ca: readFileSync(options.ca_file) } }),
    maxRetriesPerRequest: 10,
    retryStrategy: (times) => Math.min(times * 100, 1_000),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  }) as Client;
  redis.defineCommand('evalCommit', { lua: commitScript });
  redis.on('error', (error: Error) => {
    lastError = error.message;
  });
  redis.on('close', () => {
    trouble = `no connection to Redis at ${host}`;
  });
  await untilReady(redis, options.patience_ms ?? 20_000, () => {
    redis.disconnect();
    throw new Error(`cannot connect to Redis at ${host}: ${lastError}`);
  });
  trouble = null;
  redis.on('ready', () => {
    trouble = null;
    for (const listener of listeners) listener();
  });

  const watched = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      const value = await answer;
      if (redis.status === 'ready') trouble = null;
      return value;
    } catch (error) {
      if ((error as Error).name === 'MaxRetriesPerRequestError') {
        throw new Error(`Redis at ${host} does not answer`, { cause: error });
      }
      trouble ??= `Redis at ${host} refuses: ${(error as Error).message}`;
      throw error;
    }
  };
  return { redis, watched, trouble: () => trouble, on_reconnect: (listener) => void listeners.push(listener) };
}

async function untilReady(redis: Redis, patience_ms: number, giveUp: () => never): Promise<void> {
  let isRefused = false;
  redis.on('error', (error: Error) => {
    isRefused ||= /WRONGPASS|NOAUTH|NOPERM/u.test(error.message);
  });
  for (const deadline = performance.now() + patience_ms; redis.status !== 'ready'; await sleep(5)) {
    if (isRefused || performance.now() > deadline) giveUp();
  }
}
